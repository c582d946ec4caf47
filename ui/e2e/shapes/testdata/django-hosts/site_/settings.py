SECRET_KEY = "only-for-a-test-0123456789"
DEBUG = False
ROOT_URLCONF = "site_.urls"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
]
INSTALLED_APPS = []
ALLOWED_HOSTS = ["shop.example.org"]
