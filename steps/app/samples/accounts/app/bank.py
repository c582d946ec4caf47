"""The bank's books. Every worker has the same copy, and nothing changes it.

Balances are strings of dollars and cents: JSON numbers would be read as
floating point, and money is not.
"""

CUSTOMERS = (
    {"id": 1, "name": "Alinta Moore", "email": "alinta.moore@example.com", "since": "2009-03-16"},
    {"id": 2, "name": "Bao Tran", "email": "bao.tran@example.com", "since": "2014-11-02"},
    {"id": 3, "name": "Chiara Rossi", "email": "chiara.rossi@example.com", "since": "2021-07-28"},
    {"id": 4, "name": "Dinesh Patel", "email": "dinesh.patel@example.com", "since": "2025-01-13"},
)

ACCOUNTS = (
    {"id": 1001, "customer_id": 1, "type": "everyday", "currency": "AUD", "balance": "2480.15"},
    {"id": 1002, "customer_id": 1, "type": "savings", "currency": "AUD", "balance": "18250.00"},
    {"id": 1003, "customer_id": 1, "type": "home loan", "currency": "AUD", "balance": "-312904.67"},
    {"id": 1004, "customer_id": 2, "type": "everyday", "currency": "AUD", "balance": "91.40"},
    {"id": 1005, "customer_id": 2, "type": "credit card", "currency": "AUD", "balance": "-640.05"},
    {"id": 1006, "customer_id": 3, "type": "savings", "currency": "AUD", "balance": "7300.20"},
)
