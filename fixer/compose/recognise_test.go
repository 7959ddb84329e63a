package compose_test

import (
	"testing"

	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// TestRecognise holds files of Compose against those of tools that have a
// section of services as well.
func TestRecognise(t *testing.T) {
	for name, c := range map[string]struct {
		src  string
		want bool
	}{
		"stack":                      {"version: '3.9'\nservices:\n  web: {image: nginx, deploy: {replicas: 2}}\n", true},
		"no version":                 {"services:\n  web:\n    build: .\nvolumes: {a: {}}\n", true},
		"merged":                     {"x-base: &base {restart: always}\nservices:\n  web: {<<: *base, image: a}\n", true},
		"anchored below an x- key":   {"x-a: {b: c}\nservices:\n  x-note: {odd: 1}\n  web: {image: a, x-mine: 2}\n", true},
		"one only completes":         {"services:\n  web: {image: a}\n  db: {environment: {A: b}}\n", true},
		"extends":                    {"services:\n  web: {extends: {file: a.yml, service: b}}\n", true},
		"comment document before":    {"# note\n---\nservices:\n  web: {image: a}\n", true},
		"all only complete":          {"services:\n  web: {environment: {A: b}, command: [sh]}\n", true},
		"several only complete":      {"services:\n  web: {environment: {A: b}}\n  db: {ports: ['1:1']}\n", true},
		"too little":                 {"services:\n  web: {environment: {A: b}}\n", false},
		"words":                      {"services:\n  web: {environment: prod, user: me}\n  db: {environment: [a], ports: [1]}\n", false},
		"no services":                {"services: {}\n", false},
		"null":                       {"services:\n", false},
		"list of GitLab":             {"services:\n  - postgres:16\nimage: ruby\n", false},
		"list alone":                 {"services:\n  - name: web\n    image: a\n", false},
		"Symfony":                    {"parameters: {}\nservices:\n  _defaults: {autowire: true}\n", false},
		"Symfony without parameters": {"services:\n  App\\A: {class: App\\A, arguments: ['@b']}\n  image: {alias: x}\n", false},
		"Woodpecker":                 {"steps:\n  test: {image: go}\nservices:\n  db: {image: postgres}\n", false},
		"azd":                        {"name: a\nservices:\n  web: {project: ./src, language: js, host: appservice, image: a}\n", false},
		"Lando":                      {"name: a\nrecipe: lamp\nservices:\n  db: {type: mysql}\n", false},
		"Helm values":                {"replicaCount: 1\nservices:\n  web: {image: a}\n", false},
		"Helm image":                 {"services:\n  web: {image: {repository: a, tag: b}}\n", false},
		"GitHub workflow":            {"on: push\njobs: {a: {services: {db: {image: x}}}}\n", false},
		"Kubernetes":                 {"apiVersion: v1\nkind: List\nservices:\n  web: {image: a}\n", false},
		"OpenAPI":                    {"openapi: 3.0.0\nservices:\n  web: {image: a}\n", false},
		"schema":                     {"type: object\nproperties: {services: {type: object}}\n", false},
		"Ansible":                    {"- hosts: all\n  services: {web: {image: a}}\n", false},
		"Kong":                       {"_format_version: '3.0'\nservices:\n  web: {image: a}\n", false},
		"text":                       {"services: web\n", false},
		"two documents":              {"services:\n  web: {image: a}\n---\nservices:\n  db: {image: b}\n", false},
	} {
		y, err := yamldoc.Parse([]byte(c.src))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := compose.Recognise(y); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
