package compose_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer/compose"
)

// TestEnvironmentKeepsNoValue: of an environment file the names are read, with their
// lines, and no value is kept.
func TestEnvironmentKeepsNoValue(t *testing.T) {
	const file = "\ufeff# comment A=1\nTAG=1.2\r\n\nexport KEY = \"first\nSECRET=inside\nlast\\\" more\" \nYAML: s3cret\n1X=no\nINHERITED\nSINGLE='a=b'\nOPEN='x\nMIIEvAIBADANBg=="
	want := "2 TAG, 4 KEY, 7 YAML, 10 SINGLE, 11 OPEN"
	list := func(data []byte) string {
		var out []string
		for _, v := range compose.Environment(data) {
			out = append(out, fmt.Sprint(v.Line, " ", v.Name))
		}
		return strings.Join(out, ", ")
	}
	if got := list([]byte(file)); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	kept := compose.NamesOnly([]byte(file))
	if got := list(kept); got != want {
		t.Errorf("without values: got %s\nwant %s", got, want)
	}
	if got := string(kept); got != "\nTAG=\n\nKEY=\n\n\nYAML=\n\n\nSINGLE=\nOPEN=\n" {
		t.Errorf("kept %q", got)
	}
	if got := compose.NamesOnly(nil); len(got) != 0 {
		t.Errorf("kept %q of nothing", got)
	}
}

func noSecret(string, string) bool { return false }

// TestEnvironmentMarksSecrets: of a value only that it is a secret is kept.
func TestEnvironmentMarksSecrets(t *testing.T) {
	const file = "TAG=1.2\nPASSWORD='a=b' # mine\nTOKEN=x y # z\nKEY=\"first\nlast\"\nEMPTY=\nEMPTY_PASSWORD=\nDB_PASSWORD_URL=postgres://a:b@db:5432/x\n"
	var seen []string
	kept := compose.NamesAndAddresses([]byte(file), func(name, value string) bool {
		seen = append(seen, name+":"+value)
		return strings.Contains(name, "PASSWORD") && value != ""
	}, nil)
	if got, want := strings.Join(seen, " | "), "TAG:1.2 | PASSWORD:a=b | TOKEN:x y | KEY:first | EMPTY: | EMPTY_PASSWORD: | DB_PASSWORD_URL:postgres://a:b@db:5432/x"; got != want {
		t.Errorf("looked at %s\nwant %s", got, want)
	}
	if got, want := string(kept), "TAG=\nPASSWORD= (secret)\nTOKEN=\nKEY=\n\nEMPTY=\nEMPTY_PASSWORD=\nDB_PASSWORD_URL=postgres://db:5432 (secret)\n"; got != want {
		t.Errorf("kept %q, want %q", got, want)
	}
	for _, v := range compose.Environment(kept) {
		if v.Secret != (v.Name == "PASSWORD" || v.Name == "DB_PASSWORD_URL") {
			t.Errorf("%s: secret %v", v.Name, v.Secret)
		}
	}
}

// TestEnvironmentKeepsAddressesAlone: host and port of a server are kept, and nothing
// that may be a secret.
func TestEnvironmentKeepsAddressesAlone(t *testing.T) {
	for line, want := range map[string]string{
		"DB=postgres://shop:s3cret@db:5432/s3cret?key=s3cret": "DB=postgres://db:5432",
		"JDBC_URL='jdbc:mysql://db/shop;password=s3cret'":     "JDBC_URL=jdbc:mysql://db",
		"URL=https://s3cret@errors.example.org/1":             "URL=https://errors.example.org",
		"CACHE_HOST=cache":                  "CACHE_HOST=cache",
		"KAFKA_BROKERS=one:9092,two:9092":   "KAFKA_BROKERS=one:9092,two:9092",
		"CACHE_PORT=6379":                   "CACHE_PORT=6379",
		"PASSWORD=s3cret:8080":              "PASSWORD=",
		"TOKEN=s3cret.example.org":          "TOKEN=",
		"DB_HOST=s3cret with blanks":        "DB_HOST=",
		"URL=postgres://shop:s3cret@db/x y": "URL=postgres://db",
		"URL=postgres://s3cret:@":           "URL=",
		"PIN=1234":                          "PIN=",
	} {
		if got := strings.TrimSpace(string(compose.NamesAndAddresses([]byte(line), noSecret, nil))); got != want {
			t.Errorf("%s: kept %s, want %s", line, got, want)
		}
	}
}

// TestEnvironmentKeepsImages: the values of variables in which an image is looked for are kept
// with what they name, where they can be one and are no secret.
func TestEnvironmentKeepsImages(t *testing.T) {
	const file = "IMAGE=${REGISTRY}/app:$TAG # ours\nREGISTRY=ghcr.io/acme\nTAG='1.2'\nOTHER=kept-out\nWORDS=not an image\nKEY=s3cret\nDOCKERFILE=\"./src/app/Dockerfile\"\n"
	kept := compose.NamesAndAddresses([]byte(file), func(name, value string) bool { return name == "KEY" }, []string{"IMAGE", "WORDS", "KEY", "DOCKERFILE", "NONE"})
	if got, want := string(kept), "IMAGE=${REGISTRY}/app:$TAG\nREGISTRY=ghcr.io/acme\nTAG=1.2\nOTHER=\nWORDS=\nKEY= (secret)\nDOCKERFILE=./src/app/Dockerfile\n"; got != want {
		t.Errorf("kept %q, want %q", got, want)
	}
}

func TestVariables(t *testing.T) {
	for in, want := range map[string]string{
		"plain": "", "$A": "A", "${A}/b:$C": "A C", "$$A ${B:-${C}}": "B C", "${A:?set B}": "A", "a$": "", "$${A}": "", "$$$A": "A",
	} {
		if got := strings.Join(compose.Variables(in), " "); got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}

func TestEndingOf(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"postgres:${TAG:-17.2}", "postgres: | postgres:${TAG:- | 17.2 | } [TAG]"},
		{"postgres:${TAG-17.2}", "postgres: | postgres:${TAG- | 17.2 | } [TAG]"},
		{"${IMAGE:-nginx:1.27}", " | ${IMAGE:- | nginx:1.27 | } [IMAGE]"},
		{"app:${A:-${B-1.2}}", "app: | app:${A:-${B- | 1.2 | }} [A B]"},
		{"app:${A:-1.${B:-2}}", ""},
		{"app:${A:-1}-${B:-2}", ""},
		{"app:${A:-1}-alpine", ""},
		{"$REG/app:${A:-1}", ""},
		{"app$$:${A:-1}", ""},
		{"app:${A:-1$$}", ""},
		{"app:${A}", ""},
		{"app:${A:?set it}", ""},
		{"app:${A:+1}", ""},
		{"app:${A:-1", ""},
		{"app:1", ""},
		{"app:${:-1}", ""},
	} {
		got := ""
		if e, ok := compose.EndingOf(c.in); ok {
			got = fmt.Sprintf("%s | %s | %s | %s %v", e.Prefix, e.Open, e.Default, e.Close, e.Names)
			if e.Open+e.Default+e.Close != c.in {
				t.Errorf("%s is cut into %q", c.in, e)
			}
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", c.in, got, c.want)
		}
	}
}
