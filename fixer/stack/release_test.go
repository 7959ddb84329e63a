package stack

import (
	"testing"

	"github.com/oakum-sec/oakum/fixer/image"
)

// TestAssumedReleases: a tag that names no release of Debian has that of the day, unless
// it names a version of long ago.
func TestAssumedReleases(t *testing.T) {
	for name, want := range map[string]string{
		"php:8.4-apache": "trixie", "php:8-cli": "trixie", "php:7.4-fpm": "bullseye", "php:8.3.10-fpm": "", "php:fpm": "trixie", "php:5.6-apache": "",
		"ruby:3.4": "trixie", "ruby:3": "", "ruby:2.7": "", "ruby": "trixie", "ruby:3.1": "bookworm", "ruby:4": "trixie",
		"node:24": "bookworm", "node:26": "trixie", "node:22.23": "bookworm", "node:24.1.0": "", "node:16": "", "node": "trixie", "node:lts": "",
		"python:3.13": "trixie", "python:3": "trixie", "python:3.8": "bookworm", "python:2.7": "", "golang:1.26": "trixie", "golang": "trixie", "debian": "",
	} {
		ref, err := image.ParseReference(name)
		if err != nil {
			t.Fatal(err)
		}
		a := &App{Ref: ref, Base: image.Base{Distribution: image.Debian}}
		a.assumeRelease()
		if a.Base.Codename != want {
			t.Errorf("%s: %q, want %q", name, a.Base.Codename, want)
		}
		if (a.Assumed != "") != (want != "") {
			t.Errorf("%s: assumed %q", name, a.Assumed)
		}
	}
}
