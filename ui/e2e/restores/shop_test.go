package restores

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"slipway/ui/e2e"
)

func TestMain(m *testing.M) { os.Exit(e2e.Main(m)) }

// shop is a Django project with customers in SQLite or in the database that DATABASE_URL
// names. Its second version asks for an email, and its migration makes that.
var shop = map[string]string{
	"requirements.txt": "django\n",
	"slipway.toml":     "[app]\nrelease = \"python manage.py migrate --noinput\"\n",
	"shop/__init__.py": "",
	"manage.py": `import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
if __name__ == "__main__":
    from django.core.management import execute_from_command_line
    execute_from_command_line(sys.argv)
`,
	"shop/wsgi.py": `import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
application = get_wsgi_application()
`,
	"shop/settings.py": `import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = os.environ.get("SECRET_KEY", "of a test")
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["customers"]
ROOT_URLCONF = "shop.urls"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
if os.environ.get("DATABASE_URL", "").startswith("postgres"):
    DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": os.environ["PGDATABASE"], "USER": os.environ["PGUSER"], "HOST": os.environ["PGHOST"]}}
else:
    DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "db.sqlite3"}}
`,
	"shop/urls.py": `import os

from django.http import HttpResponse
from django.urls import path

from customers.models import Customer
from customers.version import VERSION


def count(request):
    return HttpResponse(f"version {VERSION}: {Customer.objects.count()} customers, greeting {os.environ.get('GREETING', 'none')}")


def add(request, name):
    Customer(**({"name": name} if VERSION == 1 else {"name": name, "email": name + "@example.com"})).save(force_insert=True)
    return HttpResponse("added")


urlpatterns = [path("", count), path("add/<name>", add)]
`,
	"customers/__init__.py":            "",
	"customers/migrations/__init__.py": "",
	"customers/migrations/0001_initial.py": `from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    operations = [
        migrations.CreateModel("Customer", [("id", models.BigAutoField(primary_key=True)), ("name", models.TextField())]),
    ]
`,
}

// second is what the second version has besides.
const second = `from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_initial")]
    operations = [migrations.AddField("Customer", "email", models.TextField(default=""))]
`

// store is a shop in the hands of an operator.
type store struct {
	*e2e.Operator
	name, folder, url string
}

// newStore writes the shop's first version into a folder.
func newStore(o *e2e.Operator, name string) *store {
	o.T.Helper()
	s := &store{Operator: o, name: name, folder: filepath.Join(o.Home, name)}
	for file, text := range shop {
		s.write(file, text)
	}
	s.version("1")
	return s
}

func (s *store) write(file, text string) {
	s.T.Helper()
	path := filepath.Join(s.folder, file)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		s.T.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		s.T.Fatal(err)
	}
}

// version has the folder be of a version, "1" or "2".
func (s *store) version(n string) {
	s.T.Helper()
	s.write("customers/version.py", "VERSION = "+n+"\n")
	model := "from django.db import models\n\n\nclass Customer(models.Model):\n    name = models.TextField()\n"
	if n == "2" {
		model += "    email = models.TextField(default=\"\")\n"
		s.write("customers/migrations/0002_email.py", second)
	}
	s.write("customers/models.py", model)
}

// deploy deploys the folder as it is, and gives the release's name.
func (s *store) deploy(args ...string) string {
	s.T.Helper()
	d := s.Deploy(append([]string{s.folder, "--name", s.name}, args...)...)
	s.url = d.URL
	return d.Release
}

// add has the app write a customer.
func (s *store) add(names ...string) {
	s.T.Helper()
	for _, name := range names {
		if status, body := e2e.Ask(s.T, s.url+"/add/"+name); status != 200 {
			s.T.Fatalf("add %s: %d %s", name, status, body)
		}
	}
}

// says fails the test unless the app says this.
func (s *store) says(want string) {
	s.T.Helper()
	if status, body := e2e.Ask(s.T, s.url); status != 200 || !strings.HasPrefix(body, want) {
		s.T.Errorf("the app says %d %q, want %q", status, body, want)
	}
}
