package image

import (
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

var (
	dockerCatalogue = flag.String("docker", "", "a copy of docker-hardened-images/catalog, to write hardened.json from")
	chainguardLocks = flag.String("chainguard", "", "a copy of chainguard-images/images, to write hardened.json from")
)

const (
	dockerCommit     = "30c3db971dff"
	chainguardCommit = "cd7edd236bf1"
)

// A definition is what a publisher states of one image.
type definition struct {
	repo, file string
	words      []string // that all of its tags have
	user       Identity
	owned      []string // directories that are given to the user
	ports      []Port
	caps       []string // of its programs' files
	volumes    []string
}

// identity is the user with what follows from it.
func (d definition) identity() string { return fmt.Sprintf("%+v", d.user) }

// TestHardened writes hardened.json where it is told to, and looks at every family
// of it.
func TestHardened(t *testing.T) {
	if *update && *dockerCatalogue != "" && *chainguardLocks != "" {
		writeHardened(t)
	}
	table, err := decodeTable(hardenedJSON)
	if err != nil {
		t.Fatal(err)
	}
	if len(table.Families) < 500 {
		t.Errorf("only %d families", len(table.Families))
	}
	sure := 0
	for i, h := range table.Families {
		f, err := table.facts[i]()
		if err != nil {
			t.Fatal(err)
		}
		checkSelector(t, f.selector)
		checkFacts(t, table, &f.facts)
		for k := range f.Variants {
			checkSelector(t, f.Variants[k].selector)
			checkFacts(t, table, &f.Variants[k].facts)
		}
		ref := parse(t, h.Repos[0]+":999")
		e, ok := lookup(ref)
		if !ok || e.ID != h.ID {
			t.Errorf("%s: %v", h.ID, e)
			continue
		}
		if e.Verified(FieldDefault) {
			sure++
		}
	}
	t.Logf("%d families, of which the user of %d is verified", len(table.Families), sure)
}

func writeHardened(t *testing.T) {
	t.Helper()
	all := map[string][]definition{}
	readDocker(t, all)
	readChainguard(t, all)
	table := table{Sources: map[string]tableSource{
		"dhi": {Repository: "docker-hardened-images/catalog", Commit: dockerCommit, Date: "2026-08-22"},
		"cgl": {Repository: "chainguard-images/images", Commit: chainguardCommit, Date: "2026-08-22"},
	}}
	var lines [][]byte
	for _, repo := range slices.Sorted(maps.Keys(all)) {
		f := hardenedFamily(repo, all[repo])
		table.Families = append(table.Families, f.heading)
		raw := map[string]json.RawMessage{}
		if err := json.Unmarshal(encode(t, f), &raw); err != nil {
			t.Fatal(err)
		}
		for _, key := range []string{"id", "repos"} {
			delete(raw, key)
		}
		lines = append(lines, encode(t, raw))
	}
	out := encode(t, table)
	for _, line := range append(lines, []byte("{}"), []byte("{}"), []byte("{}")) {
		out = append(append(out, '\n'), line...)
	}
	if err := os.WriteFile("hardened.json", append(out, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
	hardenedJSON = append(out, '\n')
}

var setcap = regexp.MustCompile(`setcap\s+'?([a-z_,]+)[=+]`)

// readDocker reads the definitions of Docker's catalogue.
func readDocker(t *testing.T, all map[string][]definition) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(*dockerCatalogue, "image", "*", "*", "*.yaml"))
	if err != nil || len(files) < 1000 {
		t.Fatalf("%d definitions: %v", len(files), err)
	}
	for _, file := range files {
		var y struct {
			Image    string   `json:"image"`
			Tags     []string `json:"tags"`
			Accounts struct {
				RunAs string `json:"run-as"`
				Users []struct {
					Name     string `json:"name"`
					UID, GID int
				} `json:"users"`
			} `json:"accounts"`
			Paths []struct {
				Type, Path string
				UID        int
			} `json:"paths"`
			Ports []string `json:"ports"`
		}
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := yaml.Unmarshal(data, &y); err != nil || y.Image == "" {
			continue
		}
		d := definition{repo: y.Image, user: Identity{Name: y.Accounts.RunAs}, ports: exposed(y.Ports)}
		d.file, _ = filepath.Rel(*dockerCatalogue, file)
		if y.Accounts.RunAs == "root" {
			d.user = Identity{KnownUID: true, KnownGID: true}
		}
		for _, u := range y.Accounts.Users {
			if u.Name == d.user.Name {
				d.user.UID, d.user.GID, d.user.KnownUID, d.user.KnownGID = u.UID, u.GID, true, true
			}
		}
		for _, at := range y.Paths {
			if at.Type == "directory" && d.user.IsNonRoot() && at.UID == d.user.UID && !strings.Contains(at.Path, "$") {
				d.owned = append(d.owned, filepath.Clean(at.Path))
			}
		}
		for _, m := range setcap.FindAllStringSubmatch(string(data), -1) {
			for name := range strings.SplitSeq(m[1], ",") {
				d.caps = append(d.caps, strings.ToUpper(strings.TrimPrefix(name, "cap_")))
			}
		}
		slices.Sort(d.caps)
		d.caps = slices.Compact(d.caps)
		d.words = commonWords(y.Tags)
		all[d.repo] = append(all[d.repo], d)
	}
}

// commonWords are the words that all tags have, without the number at their end.
func commonWords(tags []string) (out []string) {
	for i, tag := range tags {
		var words []string
		for _, w := range (Reference{Tag: tag}).Words() {
			if open := strings.TrimRight(w, "0123456789."); open != w {
				w = open + "*"
			}
			if wordPattern.MatchString(w) {
				words = append(words, w)
			}
		}
		if i == 0 {
			out = words
			continue
		}
		out = slices.DeleteFunc(out, func(w string) bool { return !slices.Contains(words, w) })
	}
	return out
}

// readChainguard reads the locked configurations of Chainguard's public images.
func readChainguard(t *testing.T, all map[string][]definition) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(*chainguardLocks, "images", "*", "locked_config.json"))
	if err != nil || len(files) < 40 {
		t.Fatalf("%d configurations: %v", len(files), err)
	}
	for _, file := range files {
		name := filepath.Base(filepath.Dir(file))
		var locks struct {
			ImageLocks map[string]struct {
				Configs map[string]string `json:"configs"`
			} `json:"imageLocks"`
		}
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, &locks); err != nil {
			t.Fatal(err)
		}
		lock, ok := locks.ImageLocks[name+"-public"]
		if !ok {
			continue
		}
		var c struct {
			Config struct {
				Accounts struct {
					RunAs string `json:"run-as"`
					Users []struct {
						UID, GID int
						Username string
					} `json:"users"`
				} `json:"accounts"`
				Paths []struct {
					Type, Path string
					UID        int
				} `json:"paths"`
				Volumes []string `json:"volumes"`
			} `json:"config"`
		}
		if err := json.Unmarshal([]byte(lock.Configs["amd64"]), &c); err != nil {
			t.Fatal(err)
		}
		d := definition{repo: "cgr.dev/chainguard/" + name, file: "images/" + name + "/locked_config.json", volumes: c.Config.Volumes}
		d.user = ParseUser(c.Config.Accounts.RunAs)
		for _, u := range c.Config.Accounts.Users {
			if d.user.UID != 0 && u.UID == d.user.UID || u.Username == d.user.Name && d.user.Name != "" {
				d.user.Name, d.user.UID, d.user.GID, d.user.KnownUID, d.user.KnownGID = u.Username, u.UID, u.GID, true, true
			}
		}
		for _, at := range c.Config.Paths {
			if at.Type == "directory" && d.user.IsNonRoot() && at.UID == d.user.UID {
				d.owned = append(d.owned, filepath.Clean(at.Path))
			}
		}
		all[d.repo] = append(all[d.repo], d)
	}
}

// hardenedFamily puts the definitions of a repository's images together: what most
// of those without a word of their own have, and what words of the tag make
// different. What no word tells is left unverified.
func hardenedFamily(repo string, list []definition) family {
	slices.SortFunc(list, func(a, b definition) int {
		return cmp.Or(cmp.Compare(len(a.words), len(b.words)), strings.Compare(a.file, b.file))
	})
	source, id := "dhi", "dhi-"+strings.TrimPrefix(repo, "dhi.io/")
	if name, is := strings.CutPrefix(repo, "cgr.dev/chainguard/"); is {
		source, id = "cgl", "chainguard-"+name
	}
	f := family{heading: heading{ID: strings.ReplaceAll(id, "/", "-"), Repos: []string{repo}}}
	first := list[0]
	said := func(files ...string) []sourceInFile {
		out := []sourceInFile{{Source: source, Path: files[0]}}
		if len(files) > 1 {
			out[0].Note = "and " + strconv.Itoa(len(files)-1) + " more"
		}
		return out
	}
	doubt := func(note string) sourceInFile { return sourceInFile{Method: Unverified, Note: note} }

	// The user.
	f.Default, f.NonRoot = &first.user, supportOf(first.user)
	var words []string
	for _, d := range list {
		for _, w := range d.words {
			if !slices.Contains(words, w) && w != "dev" {
				words = append(words, w)
			}
		}
	}
	slices.Sort(words)
	var same []string
	for _, d := range list {
		if d.identity() == first.identity() {
			same = append(same, d.file)
		}
	}
	f.Evidence = map[Field][]sourceInFile{FieldDefault: said(same...), FieldNonRoot: said(same...)}
	for _, w := range append(words, "dev") {
		var with []definition
		for _, d := range list {
			if slices.Contains(d.words, w) {
				with = append(with, d)
			}
		}
		alike := len(with) > 0 && !slices.ContainsFunc(with, func(d definition) bool { return d.identity() != with[0].identity() })
		if !alike || with[0].identity() == first.identity() {
			continue
		}
		var files []string
		for _, d := range with {
			files = append(files, d.file)
		}
		v := variant{selector: selector{Words: []string{w}}}
		v.Default, v.NonRoot = &with[0].user, supportOf(with[0].user)
		v.Evidence = map[Field][]sourceInFile{FieldDefault: said(files...), FieldNonRoot: said(files...)}
		f.Variants = append(f.Variants, v)
	}
	for _, d := range list { // does a look-up give each what its definition says?
		got := f.Default
		for i := range f.Variants {
			if slices.Contains(d.words, f.Variants[i].Words[0]) {
				got = f.Variants[i].Default
			}
		}
		if fmt.Sprintf("%+v", *got) != d.identity() {
			f.Evidence[FieldDefault] = append(f.Evidence[FieldDefault], doubt("images of other tags start as another user"))
			f.Evidence[FieldNonRoot] = append(f.Evidence[FieldNonRoot], doubt("images of other tags start as another user"))
			break
		}
	}
	if source == "cgl" {
		v := variant{selector: selector{Words: []string{"dev"}}}
		v.Evidence = map[Field][]sourceInFile{FieldDefault: {doubt("the -dev tags are not in the locked configuration")}, FieldNonRoot: {doubt("the -dev tags are not in the locked configuration")}}
		f.Variants = append(f.Variants, v)
	}

	// What all that are for running have.
	running := slices.DeleteFunc(slices.Clone(list), func(d definition) bool { return slices.Contains(d.words, "dev") })
	if len(running) == 0 {
		running = list
	}
	f.Writable, f.Volumes, f.Ports, f.CapsRoot = []WritablePath{}, []Volume{}, []Port{}, &Caps{Note: "the application decides"}
	for _, at := range first.owned {
		if slices.ContainsFunc(running, func(d definition) bool { return !slices.Contains(d.owned, at) }) || slices.ContainsFunc(f.Writable, func(w WritablePath) bool { return w.Path == at }) {
			continue
		}
		f.Writable = append(f.Writable, WritablePath{Path: at, Kind: kindOfPath(at), When: &Condition{
			Says: "the application writes to " + at + ", which the image gives to its user", Unknown: "the publisher says whose it is, not what is written",
		}})
	}
	f.Evidence[FieldWritable] = append(said(first.file), doubt("what the application writes to is not stated"))
	for _, port := range first.ports {
		if !slices.ContainsFunc(running, func(d definition) bool { return !slices.Contains(d.ports, port) }) {
			f.Ports = append(f.Ports, port)
		}
	}
	if len(f.Ports) > 0 {
		f.Evidence[FieldPorts] = said(first.file)
	}
	for _, at := range first.volumes {
		f.Volumes = append(f.Volumes, Volume{Path: at})
	}
	if len(f.Volumes) > 0 {
		f.Evidence[FieldVolumes] = said(first.file)
	}
	for _, d := range running {
		if len(d.caps) > 0 {
			f.CapsNonRoot = union(f.CapsNonRoot, d.caps)
			f.Evidence[FieldCapsNonRoot] = said(d.file)
		}
	}
	return f
}

func union(a, b []string) []string {
	out := append(slices.Clone(a), b...)
	slices.Sort(out)
	return slices.Compact(out)
}

func supportOf(user Identity) *NonRoot {
	switch {
	case user.IsRoot():
		return &NonRoot{Support: SupportApp}
	case user.IsNonRoot():
		return &NonRoot{Support: SupportDefault}
	}
	return &NonRoot{Support: SupportUnknown}
}

// kindOfPath tells what a directory is for by its place.
func kindOfPath(at string) string {
	for prefix, kind := range map[string]string{"/tmp": "tmp", "/var/tmp": "tmp", "/run": "runtime", "/var/run": "runtime", "/var/log": "log", "/var/cache": "cache", "/etc": "config"} {
		if at == prefix || strings.HasPrefix(at, prefix+"/") {
			return kind
		}
	}
	return "data"
}
