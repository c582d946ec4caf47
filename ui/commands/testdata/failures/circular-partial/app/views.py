import app
x = app.home
