package stack

import (
	"reflect"
	"testing"
)

func TestReadCargo(t *testing.T) {
	for in, want := range map[string]cargoFile{
		"[package]\nname = \"shop\" # the shop\n\n[dependencies]\nopenssl = \"0.10\"\n\n[dependencies.diesel]\nversion = \"2\"\n": {name: "shop", needs: []string{"openssl", "diesel"}},
		"[[bin]]\nname = \"server\"\npath = \"src/server.rs\"\n[[bin]]\nname = 'worker'\n":                                        {bins: []string{"server", "worker"}},
		"[workspace]\nmembers = [\n  \"a\",\n  \"crates/b\", # the other\n]\nresolver = \"2\"\n":                                  {members: []string{"a", "crates/b"}},
		"[workspace]\nmembers = [\"a\", \"b\"]\n[package]\nname = \"c\"\n":                                                        {name: "c", members: []string{"a", "b"}},
		"": {},
	} {
		if got := readCargo([]byte(in)); !reflect.DeepEqual(got, want) {
			t.Errorf("%q is %+v, want %+v", in, got, want)
		}
	}
}

func TestUnknownCrate(t *testing.T) {
	for name, unknown := range map[string]bool{"magic-sys": true, "openssl-sys": false, "zstd-sys": false, "serde": false, "windows-sys": false} {
		if got := unknownCrate(map[string]bool{name: true}) != ""; got != unknown {
			t.Errorf("%s is unknown: %v", name, got)
		}
	}
}

// TestRustLibrariesAreKnown holds the packages of crates to the data about packages.
func TestRustLibrariesAreKnown(t *testing.T) {
	lists, err := loadPackages()
	if err != nil {
		t.Fatal(err)
	}
	for crate, dev := range rustLibraries {
		if builtInCrates[crate] {
			t.Errorf("%s is said to compile its library, too", crate)
		}
		for _, release := range []string{"bookworm", "trixie"} {
			base := debianBase(release)
			if fate := FateOf(base, dev); !fate.Sure || len(fate.Run) == 0 {
				t.Errorf("%s of %s has no libraries: %+v (of %d lists)", dev, release, fate, len(lists))
			}
		}
	}
}
