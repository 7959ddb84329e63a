package build

import (
	"path"
	"strconv"
	"strings"

	"oakum/fixer/dockerfile"
	"oakum/fixer/image"
)

// CreatedAccounts returns the users that a stage, or a stage it starts from,
// creates with useradd or adduser. Numbers are known only where the command
// states them: which number a distribution picks next is not for us to guess.
func CreatedAccounts(f *dockerfile.File, s *dockerfile.Stage) []image.Identity {
	var out []image.Identity
	groups := map[string]int{}
	for _, stage := range s.Chain() {
		for _, i := range stage.Instructions {
			if i.Keyword != "RUN" || i.OnBuild {
				continue
			}
			script, err := f.Script(i)
			if err != nil {
				continue
			}
			for _, c := range script.Commands {
				words := make([]string, len(c.Words))
				for k, w := range c.Words {
					words[k] = w.Value
				}
				readAccount(words, groups, &out)
			}
		}
	}
	return out
}

func readAccount(words []string, groups map[string]int, out *[]image.Identity) {
	if len(words) < 2 {
		return
	}
	tool := path.Base(words[0])
	switch tool {
	case "groupadd", "addgroup":
		o := options(words[1:], "g", "gid", "K")
		if n, ok := o.number("g", "gid"); ok && len(o.names) > 0 {
			groups[o.names[0]] = n
		}
	case "useradd", "adduser":
		o := options(words[1:], "u", "uid", "g", "gid", "G", "groups", "d", "home", "home-dir", "h", "s", "shell", "c", "comment", "gecos", "ingroup", "k", "K", "b", "e", "f", "p", "Z", "R")
		if tool == "adduser" {
			delete(o.values, "g") // BusyBox: -g is the comment
		}
		if len(o.names) == 0 {
			return
		}
		id := image.Identity{Name: o.names[0]}
		id.UID, id.KnownUID = o.number("u", "uid")
		for _, key := range []string{"g", "gid", "G", "ingroup"} {
			v, given := o.values[key]
			if !given || (key == "G" && tool == "useradd") {
				continue
			}
			if n, err := strconv.Atoi(v); err == nil {
				id.GID, id.KnownGID = n, true
			} else if n, ok := groups[v]; ok {
				id.GID, id.KnownGID = n, true
			}
		}
		*out = append(*out, id)
	}
}

// parsed holds the options and the plain words of a command line.
type parsed struct {
	values map[string]string
	names  []string
}

// options reads short and long options; withValue names those that take one.
func options(words []string, withValue ...string) parsed {
	o := parsed{values: map[string]string{}}
	takes := map[string]bool{}
	for _, w := range withValue {
		takes[w] = true
	}
	for i := 0; i < len(words); i++ {
		w := words[i]
		if !strings.HasPrefix(w, "-") || w == "-" {
			o.names = append(o.names, w)
			continue
		}
		name, value, inline := strings.Cut(strings.TrimLeft(w, "-"), "=")
		short := !strings.HasPrefix(w, "--")
		if short && len(name) > 1 && !takes[name] {
			// Bundled flags: the last may take a value, as in -rmu 1000; or the
			// value is glued on, as in -u1000.
			if takes[name[:1]] {
				o.values[name[:1]] = name[1:]
				continue
			}
			name = name[len(name)-1:]
		}
		if takes[name] && !inline && i+1 < len(words) {
			i++
			value = words[i]
		}
		o.values[name] = value
	}
	return o
}

func (o parsed) number(keys ...string) (int, bool) {
	for _, k := range keys {
		if n, err := strconv.Atoi(o.values[k]); err == nil && n >= 0 {
			return n, true
		}
	}
	return 0, false
}
