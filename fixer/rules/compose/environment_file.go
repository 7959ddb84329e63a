package compose

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/gitignore"
)

// An environmentFile is the .env of a service's project.
type environmentFile struct {
	path   string
	sure   bool // Compose reads it whoever uses the service
	onDisk bool // it is there, and its values are not known here
	sets   map[string]bool
	values map[string]string // of one that fixes of this plan make
}

// environmentOf returns the .env that Compose reads for a service by itself.
func environmentOf(p *fixer.Pass, v compose.View) environmentFile {
	dir, sure := v.Directory()
	out := environmentFile{path: path.Join(dir, ".env"), sure: sure, sets: map[string]bool{}, values: map[string]string{}}
	f := p.Read(out.path)
	if f == nil {
		return out
	}
	out.onDisk = f.Context || f.Skip != nil
	for _, variable := range compose.Environment(f.Data) {
		out.sets[variable.Name] = true
	}
	if !out.onDisk {
		for line := range strings.Lines(string(f.Data)) {
			name, value, _ := strings.Cut(strings.TrimRight(line, "\r\n"), "=")
			out.values[name] = strings.Trim(value, "'")
		}
	}
	return out
}

// writable reports whether a fix can put a value into the file: it is made by fixes,
// and a line can hold the value.
func (e environmentFile) writable(value string) bool {
	return e.sure && !e.onDisk && !strings.ContainsAny(value, "'\"\\\r\n\x00") && strings.TrimSpace(value) == value
}

// environmentLine writes a line that Compose reads as exactly this value.
func environmentLine(name, value string) string {
	if strings.Trim(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./:@%+,=-") != "" {
		value = "'" + value + "'"
	}
	return name + "=" + value
}

// examples are the names under which people keep a .env without values.
var examples = []string{".env.example", ".env.sample", ".env.template", ".env.dist", "env.example", "example.env", ".env.default", ".env.defaults", "env.sample", "sample.env"}

// addToEnvironment gives a variable its value in .env, and names it in .env.example,
// unless there is a file like that which people keep themselves.
func addToEnvironment(d *fixer.Draft, file, name, value string) error {
	if f := d.Snapshot.File(file); f != nil && f.Context {
		return fixer.Refuse("%s exists, and its values are not read", file)
	}
	line := environmentLine(name, value)
	if f := d.Snapshot.File(file); f == nil || !slices.Contains(strings.Split(string(f.Data), "\n"), line) {
		d.AddLines(file, fixer.Environment, line)
	}
	dir := path.Dir(file)
	for _, other := range examples {
		if f := d.Snapshot.File(path.Join(dir, other)); f != nil && f.Context {
			return keepFromGit(d, file, dir)
		}
	}
	example := path.Join(dir, examples[0])
	if f := d.Snapshot.File(example); f == nil || !slices.Contains(strings.Split(string(f.Data), "\n"), name+"=") {
		d.AddLines(example, fixer.Environment, name+"=")
	}
	return keepFromGit(d, file, dir)
}

// keepFromGit makes git ignore a file that a fix makes: with a line in the nearest
// .gitignore, or in a new one in the directory home.
func keepFromGit(d *fixer.Draft, file, home string) error {
	var above []gitignore.File
	nearest := ""
	for _, dir := range directoriesAbove(file) {
		at := path.Join(dir, ".gitignore")
		f := d.Snapshot.File(at)
		switch {
		case f == nil:
			continue
		case f.Skip != nil:
			return fixer.Refuse("%s is not read, so it is unknown whether git ignores %s: %s", at, file, f.Skip.Reason)
		case !f.Context:
			nearest = dir
		}
		above = append(above, gitignore.Parse(dir, f.Data))
	}
	if gitignore.Ignored(above, file) {
		return nil
	}
	if nearest == "" {
		nearest = home
	}
	pattern := "/" + file
	if nearest != "." {
		pattern = strings.TrimPrefix(file, nearest)
	}
	if pattern == "/.env" {
		pattern = ".env" // as everybody writes it
	}
	at := path.Join(nearest, ".gitignore")
	added := gitignore.Parse(nearest, []byte(pattern+"\n"))
	if !gitignore.Ignored(append(above, added), file) {
		return fixer.Refuse("no line of %s would make git ignore %s", at, file)
	}
	d.AddLines(at, fixer.GitIgnore, pattern)
	return nil
}

// demand is a variable that Compose does not start without.
func demand(name string) string { return fmt.Sprintf("${%s:?set %s}", name, name) }
