"""The API's tests: python testing/testing.py, from anywhere."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "app"))

from app import app  # noqa: E402
from bank import ACCOUNTS, CUSTOMERS  # noqa: E402


class CustomerAccountAPI(unittest.TestCase):
    def setUp(self):
        self.client = app.test_client()

    def get(self, path, status=200):
        response = self.client.get(path)
        self.assertEqual(response.status_code, status, path)
        self.assertEqual(response.mimetype, "application/json", path)
        return response.get_json()

    def test_index_names_the_routes(self):
        self.assertIn("/customers", self.get("/")["routes"])

    def test_all_customers(self):
        customers = self.get("/customers")["customers"]
        self.assertEqual([c["id"] for c in customers], [1, 2, 3, 4])

    def test_each_customer(self):
        for customer in CUSTOMERS:
            self.assertEqual(self.get(f"/customers/{customer['id']}"), customer)

    def test_accounts_of_a_customer(self):
        accounts = self.get("/customers/1/accounts")["accounts"]
        self.assertEqual([a["id"] for a in accounts], [1001, 1002, 1003])

    def test_customer_without_accounts(self):
        self.assertEqual(self.get("/customers/4/accounts"), {"accounts": []})

    def test_each_account(self):
        for account in ACCOUNTS:
            self.assertEqual(self.get(f"/accounts/{account['id']}"), account)

    def test_what_does_not_exist(self):
        for path in ("/customers/99", "/customers/99/accounts", "/accounts/1", "/customers/x", "/nowhere"):
            self.assertTrue(self.get(path, status=404)["error"])

    def test_nothing_can_be_written(self):
        response = self.client.post("/customers", json={"name": "Eve"})
        self.assertEqual(response.status_code, 405)
        self.assertIn("GET", response.headers["Allow"])
        self.assertTrue(response.get_json()["error"])

    def test_every_account_has_a_customer(self):
        known = {customer["id"] for customer in CUSTOMERS}
        for account in ACCOUNTS:
            self.assertIn(account["customer_id"], known)


if __name__ == "__main__":
    unittest.main()
