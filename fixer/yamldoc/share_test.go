package yamldoc

import (
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer/text"
)

var limits = Map{{"driver", "json-file"}, {"options", Map{{"max-size", "10m"}, {"max-file", "3"}}}}

// TestShare: a value is written once, before the key that holds its users, in the style
// of the file, and an alias stands at each place.
func TestShare(t *testing.T) {
	for _, c := range []struct{ name, src, want string }{
		{"block", "services:\n  a:\n    image: x # one\n  b:\n    image: y\n",
			"x-l: &l\n  driver: json-file\n  options:\n    max-size: 10m\n    max-file: \"3\"\n\nservices:\n  a:\n    image: x # one\n    l: *l\n  b:\n    image: y\n    l: *l\n"},
		{"a comment of the file", "# The license.\nservices:\n  a: {image: x}\n  b: {image: y} # two\n",
			"# The license.\nx-l: &l\n  driver: json-file\n  options:\n    max-size: 10m\n    max-file: \"3\"\n\nservices:\n  a: {image: x, l: *l}\n  b: {image: y, l: *l} # two\n"},
		{"a comment of the services", "name: x\n\n# All services.\n# And more.\nservices:\n    a:\n        image: x\n    b: {}\n",
			"name: x\n\nx-l: &l\n    driver: json-file\n    options:\n        max-size: 10m\n        max-file: \"3\"\n\n# All services.\n# And more.\nservices:\n    a:\n        image: x\n        l: *l\n    b:\n        l: *l\n"},
		{"a comment of what stands above", "x-b:\n  A: 1\n  # More of b.\nservices:\n  a: {}\n  b: {}\n",
			"x-b:\n  A: 1\n  # More of b.\nx-l: &l\n  driver: json-file\n  options:\n    max-size: 10m\n    max-file: \"3\"\n\nservices:\n  a:\n    l: *l\n  b:\n    l: *l\n"},
		{"merge keys", "x-b: &b\n  image: x\nservices:\n  a:\n    <<: *b\n  b:\n    <<: *b\nvolumes: {}",
			"x-b: &b\n  image: x\nx-l: &l\n  driver: json-file\n  options:\n    max-size: 10m\n    max-file: \"3\"\n\nservices:\n  a:\n    <<: *b\n    l: *l\n  b:\n    <<: *b\n    l: *l\nvolumes: {}"},
		{"quotes and a start", "---\r\nservices:\r\n  a:\r\n    image: \"x\"\r\n  b:\r\n    image: \"y\"",
			"---\r\nx-l: &l\r\n  driver: json-file\r\n  options:\r\n    max-size: 10m\r\n    max-file: \"3\"\r\n\r\nservices:\r\n  a:\r\n    image: \"x\"\r\n    l: *l\r\n  b:\r\n    image: \"y\"\r\n    l: *l"},
		{"a byte order mark", "\xef\xbb\xbfservices:\n  a: {}\n  b: {}\n",
			"\xef\xbb\xbfx-l: &l\n  driver: json-file\n  options:\n    max-size: 10m\n    max-file: \"3\"\n\nservices:\n  a:\n    l: *l\n  b:\n    l: *l\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := Parse([]byte(c.src))
			if err != nil {
				t.Fatal(err)
			}
			change, err := f.Docs[0].Share("x-l", "l", limits, "services", []Path{P("services", "a", "l"), P("services", "b", "l")})
			if err != nil {
				t.Fatal(err)
			}
			got, err := text.Apply(f.Source, change.Edits)
			if err != nil || string(got) != c.want {
				t.Errorf("got (%v)\n%q, want\n%q", err, got, c.want)
			}
		})
	}
}

// TestShareIsRefused: nothing is written where the value would be another one, or hide one.
func TestShareIsRefused(t *testing.T) {
	for name, src := range map[string]string{
		"the key is there":        "x-l: {}\nservices: {a: {}, b: {}}\n",
		"the anchor is there":     "x-o: &l {}\nservices:\n  a: {}\n  b: {}\n",
		"it is set":               "services:\n  a: {l: {}}\n  b: {}\n",
		"a merge key sets it":     "x-o: &o {l: {driver: none}}\nservices:\n  a: {<<: *o}\n  b: {}\n",
		"the place is an alias":   "x-o: &o {image: x}\nservices:\n  a: *o\n  b: {}\n",
		"an anchor shares it":     "services:\n  a: &a {image: x}\n  b: *a\n",
		"no block":                "{services: {a: {}, b: {}}}\n",
		"a key that stands twice": "services:\n  a: {}\n  b: {}\nx: 1\nx: 2\n",
	} {
		f, err := Parse([]byte(src))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Docs[0].Share("x-l", "l", limits, "services", []Path{P("services", "a", "l"), P("services", "b", "l")}); err == nil {
			t.Errorf("%s: not refused", name)
		}
	}
}

// TestUse: an anchor of the file is used where it is, as it is.
func TestUse(t *testing.T) {
	f, err := Parse([]byte("x-l: &mine\n  driver: json-file\nservices:\n  a:\n    image: x\n"))
	if err != nil {
		t.Fatal(err)
	}
	d := f.Docs[0]
	change, err := d.Use(d.Anchored("mine"), []Path{P("services", "a", "l")})
	if err != nil {
		t.Fatal(err)
	}
	got, err := text.Apply(f.Source, change.Edits)
	if err != nil || !strings.HasSuffix(string(got), "    image: x\n    l: *mine\n") {
		t.Errorf("got (%v) %q", err, got)
	}
	if f, err = Parse([]byte("services:\n  a:\n    image: x\nx-l: &mine {}\n")); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Docs[0].Use(f.Docs[0].Anchored("mine"), []Path{P("services", "a", "l")}); err == nil {
		t.Error("an alias before its anchor is not refused")
	}
}
