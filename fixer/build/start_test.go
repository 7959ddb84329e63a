package build

import (
	"strings"
	"testing"
)

func TestReadStart(t *testing.T) {
	for command, want := range map[string]struct {
		kind StartKind
		what string
	}{
		"node index.js":                         {StartsPlainly, ""},
		"npm start":                             {StartsScript, "npm start"},
		"npm run start:prod":                    {StartsScript, "npm run start:prod"},
		"npm run dev":                           {StartsDevelopment, "npm run dev"},
		"pnpm dev":                              {StartsDevelopment, "pnpm dev"},
		"yarn start":                            {StartsScript, "yarn start"},
		"yarn vite --host":                      {StartsDevelopment, "yarn vite"},
		"yarn":                                  {StartsBuild, "yarn"},
		"bun index.ts":                          {StartsPlainly, ""},
		"npm ci":                                {StartsBuild, "npm ci"},
		"npx -y vite":                           {StartsDevelopment, "vite"},
		"npx next dev":                          {StartsDevelopment, "next dev"},
		"npx next start":                        {StartsCaching, "next start"},
		"next":                                  {StartsDevelopment, "next"},
		"node_modules/.bin/react-scripts start": {StartsDevelopment, "react-scripts start"},
		"node node_modules/.bin/ng serve":       {StartsDevelopment, "ng serve"},
		"cross-env A=b webpack serve":           {StartsDevelopment, "webpack serve"},
		"nodemon server.js":                     {StartsPlainly, ""},
		"nodemon --exec ts-node src/index.ts":   {StartsDevelopment, "nodemon ts-node"},
		"bundle exec rails s -b 0.0.0.0":        {StartsDevelopment, "rails s"},
		"bundle exec jekyll serve":              {StartsDevelopment, "jekyll serve"},
		"bundle exec sidekiq":                   {StartsPlainly, ""},
		"python manage.py runserver 0.0.0.0:8000": {StartsDevelopment, "manage.py runserver"},
		"poetry run python manage.py migrate":     {StartsDevelopment, "manage.py migrate"},
		"python -m http.server":                   {StartsPlainly, ""},
		"php artisan serve":                       {StartsDevelopment, "artisan serve"},
		"php -S 0.0.0.0:80":                       {StartsPlainly, ""},
		"hugo server":                             {StartsDevelopment, "hugo server"},
		"hugo version":                            {StartsPlainly, ""},
		"go run ./cmd/x":                          {StartsBuild, "go run"},
		"air -c .air.toml":                        {StartsBuild, "air .air.toml"},
		"./gradlew bootRun":                       {StartsBuild, "gradlew bootRun"},
		"mvn spring-boot:run":                     {StartsBuild, "mvn spring-boot:run"},
		"dotnet watch run":                        {StartsBuild, "dotnet watch"},
		"dotnet app.dll":                          {StartsPlainly, ""},
		"cargo run":                               {StartsBuild, "cargo run"},
		"celery -A tasks worker -B":               {StartsBuild, "celery with -B"},
		"celery -A tasks worker -B -s /tmp/s":     {StartsPlainly, ""},
	} {
		got := ReadStart(strings.Fields(command))
		if got.Kind != want.kind || got.What != want.what {
			t.Errorf("%q: %d %q, want %d %q", command, got.Kind, got.What, want.kind, want.what)
		}
		if room := len(got.Room)+len(got.Flat) > 0; room != (got.Kind == StartsScript || got.Kind == StartsDevelopment || got.Kind == StartsCaching || strings.HasPrefix(got.What, "celery")) {
			t.Errorf("%q: room %v %v", command, got.Room, got.Flat)
		}
	}
}

func TestNeedsPrivileges(t *testing.T) {
	for command, want := range map[string]bool{
		"mount -t tmpfs none /mnt": true, "sudo losetup -f x": true, "mkfs.ext4 x": true, "qemu-system-x86_64 x": true, "docker build .": true,
		"tee /proc/sys/vm/x": true, "apt-get update": false, "make mount": false, "echo mount": false, "cat /proc/cpuinfo": false,
	} {
		if got := first(t, command).NeedsPrivileges(); got != want {
			t.Errorf("%q: %v", command, got)
		}
	}
}
