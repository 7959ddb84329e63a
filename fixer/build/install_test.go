package build

import (
	"fmt"
	"testing"
)

func TestInstalls(t *testing.T) {
	for run, want := range map[string]string{
		"npm ci":                               "npm ci project",
		"sudo npm i --omit=dev":                "npm i project",
		"npm install express":                  "npm install",
		"npm install -g pnpm":                  "npm install global",
		"npm run build":                        "",
		"yarn":                                 "yarn  project",
		"yarn --frozen-lockfile":               "yarn  project",
		"yarn add x":                           "",
		"pnpm install --frozen-lockfile":       "pnpm install project",
		"pip install -r requirements.txt":      "pip install project",
		"pip3.13 --quiet install flask":        "pip install",
		"python3 -m pip install --upgrade pip": "pip install",
		"python3 -m venv /venv":                "",
		"pip config set x y":                   "",
		"bundle install --jobs 4":              "bundler install",
		"bundle":                               "bundler  project",
		"composer install --no-dev":            "composer install project",
		"composer require x/y":                 "composer require",
		"gem install bundler":                  "gem install",
		"uv sync --frozen":                     "uv sync project",
		"poetry install --only main":           "poetry install",
		"go mod download":                      "go mod",
		"go build ./...":                       "go build",
		"cargo build --release":                "cargo build project",
		"./mvnw package":                       "maven package project",
		"./gradlew bootJar":                    "gradle bootJar project",
		"dotnet restore":                       "dotnet restore project",
		"make install":                         "",
	} {
		got := ""
		if in := first(t, run).Install; in != nil {
			got = fmt.Sprint(in.Name, " ", in.Verb)
			if in.Project {
				got += " project"
			}
			if in.Global {
				got += " global"
			}
		}
		if got != want {
			t.Errorf("%q is read as %q, want %q", run, got, want)
		}
	}
}
