"""The Customer Account API: read-only customer and account data as JSON."""

from flask import Flask, abort, jsonify
from werkzeug.exceptions import HTTPException

from bank import ACCOUNTS, CUSTOMERS

app = Flask(__name__)


def find(records, record_id, kind):
    for record in records:
        if record["id"] == record_id:
            return record
    abort(404, description=f"There is no {kind} {record_id}.")


@app.get("/")
def index():
    return jsonify(
        name="Customer Account API",
        routes=[
            "/customers",
            "/customers/<id>",
            "/customers/<id>/accounts",
            "/accounts/<id>",
        ],
    )


@app.get("/customers")
def customers():
    return jsonify(customers=CUSTOMERS)


@app.get("/customers/<int:customer_id>")
def customer(customer_id):
    return jsonify(find(CUSTOMERS, customer_id, "customer"))


@app.get("/customers/<int:customer_id>/accounts")
def customer_accounts(customer_id):
    find(CUSTOMERS, customer_id, "customer")
    owned = [a for a in ACCOUNTS if a["customer_id"] == customer_id]
    return jsonify(accounts=owned)


@app.get("/accounts/<int:account_id>")
def account(account_id):
    return jsonify(find(ACCOUNTS, account_id, "account"))


@app.errorhandler(HTTPException)
def error_as_json(error):
    """Answer errors as JSON, with the headers that belong to them (Allow for a 405)."""
    response = error.get_response()
    response.data = app.json.dumps({"error": error.description})
    response.content_type = "application/json"
    return response


if __name__ == "__main__":
    app.run(port=5000)
