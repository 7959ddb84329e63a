package discover

import (
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/disk/disktest"
)

// TestProjectFiles lists the files of projects that are read: those that a Dockerfile
// of one stage copies, and those of members of larger projects below.
func TestProjectFiles(t *testing.T) {
	files := map[string]string{
		"pom.xml": "<project/>", "server/pom.xml": "<project/>", "a/b/c/pom.xml": "<project/>", "a/b/c/d/pom.xml": "<project/>",
		"Cargo.lock": "x", "sub/Cargo.lock": "x", "src/Shop/Shop.csproj": "<Project/>", "gradle.properties": "version=1", "server/package.json": "{}",
	}
	for name, want := range map[string]string{
		"FROM maven:3\nCOPY . .\n":                      "Cargo.lock a/b/c/pom.xml gradle.properties pom.xml server/pom.xml src/Shop/Shop.csproj",
		"FROM maven:3\nCOPY server ./\n":                "Cargo.lock a/b/c/pom.xml gradle.properties pom.xml server/package.json server/pom.xml src/Shop/Shop.csproj",
		"FROM maven:3 AS a\nFROM scratch\nCOPY . .\n":   "",
		"FROM maven:3\r\nCOPY a/b/c/d/x.jar /x.jar\r\n": "Cargo.lock a/b/c/d/pom.xml a/b/c/pom.xml gradle.properties pom.xml server/pom.xml src/Shop/Shop.csproj",
	} {
		files["Dockerfile"] = name
		ws := load(t, disktest.Tree(t, files), Options{})
		var got []string
		for _, s := range ws.Sources {
			if s.Kind == fixer.Project {
				got = append(got, s.Path)
			}
		}
		if list := strings.Join(got, " "); list != want {
			t.Errorf("%q reads %s, want %s", name, list, want)
		}
	}
}

// TestProjectOfSeveralStages: of a file with several stages only package.json is asked
// for, and of one that copies from elsewhere only what lies there.
func TestProjectOfSeveralStages(t *testing.T) {
	dir := disktest.Tree(t, map[string]string{
		"Dockerfile":       "FROM node AS build\nCOPY web/package.json ./\nFROM node\nCOPY --from=build /a /a\n",
		"web/package.json": "{}", "web/requirements.txt": "x", "other/package.json": "{}",
	})
	var got []string
	for _, s := range load(t, dir, Options{}).Sources {
		if s.Kind == fixer.Project {
			got = append(got, s.Path)
		}
	}
	if !slices.Equal(got, []string{"web/package.json"}) {
		t.Errorf("read %q", got)
	}
}
