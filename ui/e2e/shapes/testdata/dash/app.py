"""A Dash app as tutorials write it: no name leads to its server."""

from dash import Dash, html

app = Dash(__name__, title="Dash without a server line")
app.layout = html.Div("front")

if __name__ == "__main__":
    app.run(debug=True)
