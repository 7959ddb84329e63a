package compose

import (
	"regexp"
	"testing"
)

// TestSocketConsumers holds the table to what a proxy takes: expressions that compile, one
// way to tell the application the address, and no way to change anything.
func TestSocketConsumers(t *testing.T) {
	if len(socketConsumers()) < 2 {
		t.Fatal("the table is empty")
	}
	for _, c := range socketConsumers() {
		if (c.family == "") == (c.image == "") || (c.option == "") == (c.env == "") {
			t.Errorf("%+v: one of two is asked for", c)
		}
		get := regexp.MustCompile("^(" + c.get + ")$")
		regexp.MustCompile(c.head)
		for path, want := range map[string]bool{
			"/v1.51/containers/json": true, "/v1.24/containers/abc/json": true, "/version": true, "/v1.51/events": true, "/_ping": true,
			"/v1.51/containers/abc/archive": false, "/v1.51/secrets": false, "/v1.51/containers/abc/export": false, "/v1.51/images/get": false,
		} {
			if get.MatchString(path) != want {
				t.Errorf("%s%s: GET %s", c.family, c.image, path)
			}
		}
	}
}
