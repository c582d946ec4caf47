package app

import (
	"strings"
	"testing"
	"time"
)

// TestServingCall reads gunicorn's time and Django's settings from commands that do more
// than to start a server.
func TestServingCall(t *testing.T) {
	for web, want := range map[string]struct {
		settings string
		request  time.Duration
	}{
		"gunicorn mysite.wsgi --log-file - --timeout 120":                              {"mysite.live", 2 * time.Minute},
		"gunicorn mysite.wsgi -w $WORKERS --timeout 120":                               {"mysite.live", 2 * time.Minute},
		"newrelic-admin run-program gunicorn mysite.wsgi -t 120":                       {"mysite.live", 2 * time.Minute},
		"python manage.py migrate && gunicorn mysite.wsgi:application --timeout=120":   {"mysite.live", 2 * time.Minute},
		"DJANGO_SETTINGS_MODULE=mysite.local gunicorn mysite.wsgi --timeout 120":       {"mysite.local", 2 * time.Minute},
		"env DJANGO_SETTINGS_MODULE=mysite.local gunicorn mysite.wsgi":                 {"mysite.local", 0},
		"export DJANGO_SETTINGS_MODULE=mysite.local; exec gunicorn mysite.wsgi -t 120": {"mysite.local", 2 * time.Minute},
		"cd . && gunicorn mysite.wsgi --config python:mysite.web":                      {"mysite.live", 3 * time.Minute},
		"daphne -p $PORT mysite.wsgi:application":                                      {"mysite.live", 0},
		"gunicorn --timeout 120 $(cat target)":                                         {"", 0},
	} {
		t.Run(web, func(t *testing.T) {
			found, err := Detect(files("requirements.txt", "django", "Procfile", "web: "+web+"\n", "manage.py", "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'mysite.local')\nexecute_from_command_line\n",
				"mysite/__init__.py", "", "mysite/local.py", "ALLOWED_HOSTS = []\n", "mysite/live.py", "ALLOWED_HOSTS = []\n", "mysite/web.py", "timeout = 180\n",
				"mysite/wsgi.py", "import os\nfrom django.core.wsgi import get_wsgi_application\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'mysite.live')\napplication = get_wsgi_application()\n"), Settings{})
			if err != nil {
				t.Fatal(err)
			}
			if found.SettingsModule != want.settings || found.Limits.Request != want.request {
				t.Errorf("got %q and %v, want %q and %v", found.SettingsModule, found.Limits.Request, want.settings, want.request)
			}
			if strings.Contains(web, "mysite.local") && found.Overlay != (Overlay{}) {
				t.Errorf("%+v stands before settings that the command sets", found.Overlay)
			}
		})
	}
}

func TestLimitsInWords(t *testing.T) {
	for size, want := range map[int64]string{7 << 20: "7M", 1 << 30: "1G", 1536 << 10: "1536K", 1000: "1000"} {
		if got := sizeInWords(size); got != want {
			t.Errorf("%d: got %s, want %s", size, got, want)
		}
	}
	for d, want := range map[time.Duration]string{2 * time.Minute: "2m", 90 * time.Second: "1m30s", time.Hour: "1h", 30 * time.Second: "30s", 90 * time.Minute: "1h30m", 10 * time.Minute: "10m"} {
		if got := timeInWords(d); got != want {
			t.Errorf("%v: got %s, want %s", d, got, want)
		}
	}
}
