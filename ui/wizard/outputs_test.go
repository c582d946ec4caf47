package wizard

// pytestOutput is the end of what pytest prints about a test that fails.
const pytestOutput = `..F.........                                                             [100%]
=================================== FAILURES ===================================
__________________________________ test_price __________________________________

    def test_price():
>       assert price(3) == 10
E       assert 9 == 10
E        +  where 9 = price(3)

test_shop.py:12: AssertionError
=========================== short test summary info ============================
FAILED test_shop.py::test_price - assert 9 == 10
1 failed, 11 passed in 0.42s`

// gunicornOutput is what is printed about a release whose module is missing.
const gunicornOutput = `the release did not answer at /: its workers end as soon as they start; its last lines:
[2026-06-01 12:00:01 +0000] [812] [ERROR] Exception in worker process
Traceback (most recent call last):
  File "/srv/app-shop/venvs/3f1a/lib/python3.13/site-packages/gunicorn/util.py", line 371, in import_app
    mod = importlib.import_module(module)
  File "<frozen importlib._bootstrap>", line 1387, in _gcd_import
  File "/srv/app-shop/releases/08d4abc35ca1/src/wsgi.py", line 3, in <module>
    from shop import create_app
ModuleNotFoundError: No module named 'shop'
[2026-06-01 12:00:01 +0000] [812] [INFO] Worker exiting (pid: 812)`

// readOnlyOutput is what is printed about a release that writes beside its code.
const readOnlyOutput = `the release did not answer at /: its workers end as soon as they start; its last lines:
Traceback (most recent call last):
  File "/srv/app-shop/releases/08d4abc35ca1/src/shop/__init__.py", line 14, in create_app
    os.makedirs(app.instance_path)
OSError: [Errno 30] Read-only file system: '/srv/app-shop/releases/08d4abc35ca1/src/instance'`
