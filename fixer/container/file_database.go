package container

import (
	"path"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/text"
)

// databaseFile matches addresses of databases that are a file: their scheme, and the path as
// the library reads it.
var databaseFile = text.Regexp(`(?i)\b(?:sqlite3?(?:\+\w+)?:///|jdbc:(?:sqlite|h2):(?:file:)?|sqlite3?:(?:file:)?|(?:Data Source|DataSource|Filename)\s*=\s*|file:)(~?[./]?[^\s?;"'|]*)`)

// databaseEnding is how files of databases are called, which a path is asked for where its
// scheme is that of all files.
var databaseEnding = text.Regexp(`(?i)\.(db|db3|sqlite|sqlite3|s3db)$`)

// addDatabaseFile adds the directory of a database that an address names, which is kept in
// a file.
func (s *Spec) addDatabaseFile(out *[]NamedPath, name, value, place string) {
	m := databaseFile().FindStringSubmatch(value)
	if m == nil {
		return
	}
	scheme := strings.TrimSuffix(m[0], m[1])
	of := m[1]
	of = strings.TrimPrefix(of, "//")
	sure := !strings.HasPrefix(strings.ToLower(scheme), "file") && !strings.Contains(scheme, "=")
	if of == "" || strings.HasPrefix(of, ":memory") || strings.HasPrefix(of, "mem:") || !sure && !databaseEnding().MatchString(of) || strings.Contains(of, "://") {
		return
	}
	if i := strings.LastIndex(of, "@"); i >= 0 { // a user and a password come before the path
		return
	}
	if !path.IsAbs(of) && s.Mounted("/"+of) { // some libraries read three slashes as the root
		return
	}
	where, ok := s.resolve(of, s.startDir())
	if dir := path.Dir(where); ok && (dir == "/" || path.Dir(dir) == "/" && shipped(dir)) {
		ok = false // no volume can be mounted there without hiding the application
	}
	shown := scheme + of
	if name != "" {
		shown = name + " is set to " + scheme + of
	}
	n := NamedPath{Data: true, Evidence: fixer.Evidence{Kind: s.Kind, Place: place, Text: text.Capital(short(shown, 80))}}
	if ok {
		n.Dir = path.Dir(where)
	}
	*out = append(*out, n)
}
