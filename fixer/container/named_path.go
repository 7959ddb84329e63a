package container

import (
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/text"
)

// A namedPath is a path that the command line or a variable gives to the program
// to write to, as the name of the option or variable tells.
type namedPath struct {
	Dir      string // the directory that has to be writable
	Data     bool   // what is written there has to be kept
	Evidence fixer.Evidence
}

// What the words in the name of an option or a variable say of its path.
var (
	scratchWords = text.WordSet("log logs logfile logfiles logdir accesslog errorlog log-file log-dir pid pidfile socket sock unixsocket lock lockfile slowlog tmp temp tmpdir tempdir cache cachedir spool")
	dataWords    = text.WordSet("data datadir data-dir storage store state statefile db database dbpath acme upload uploads persist persistence backup backups dump journal wal")
	// These name what is read, whatever else stands in the name.
	readWords = text.WordSet("config conf cert certs certificate key ca tls ssl secret password token template templates schema rules rule web static driver plugin-config format level url uri host")
	pathWords = text.WordSet("file dir path directory folder location home root filepath filename logfile pidfile datadir logdir dbpath tmpdir tempdir cachedir lockfile statefile")
)

// ofEngine are sockets that an application connects to.
var ofEngine = text.WordSet("docker.sock containerd.sock crio.sock podman.sock")

// namedPaths returns the paths that are given to the program to write to.
func (s *Spec) namedPaths() []namedPath {
	if s.read != nil {
		return s.read.named()
	}
	return s.readNamedPaths()
}

func (s *Spec) readNamedPaths() []namedPath {
	var out []namedPath
	add := func(words []string, value, place, name string) {
		at, ok := s.resolve(value, "")
		if !ok || !path.IsAbs(at) || at == "/" || strings.HasPrefix(at, "/dev/") || strings.HasPrefix(at, "/proc/") || ofEngine[path.Base(at)] || slices.ContainsFunc(words, in(readWords)) {
			return
		}
		data := slices.ContainsFunc(words, in(dataWords))
		if !data && !slices.ContainsFunc(words, in(scratchWords)) {
			return
		}
		if path.Ext(at) != "" || !slices.ContainsFunc(words, in(dirWords)) && slices.ContainsFunc(words, in(fileWords)) {
			at = path.Dir(at)
		}
		out = append(out, namedPath{Dir: at, Data: data, Evidence: fixer.Evidence{Kind: s.Kind, Place: place, Text: name + " is set to " + short(value, 60)}})
	}
	words := s.words()
	for k, w := range words {
		name, value, valued := strings.Cut(w, "=")
		s.addDatabaseFile(&out, "", w, s.Place)
		if !strings.HasPrefix(name, "-") {
			continue
		}
		if !valued && k+1 < len(words) {
			value = words[k+1]
		}
		add(nameWords(name), value, s.Place, name)
	}
	for _, one := range s.Settings {
		add(nameWords(one.Name), one.Value, one.Place, one.Name+" in "+one.File)
	}
	for _, v := range s.Env {
		if v.Known {
			s.addDatabaseFile(&out, v.Name, v.Value, v.Place)
		}
		if list := nameWords(v.Name); v.Known && slices.ContainsFunc(list, in(pathWords)) {
			add(list, v.Value, v.Place, v.Name)
		}
	}
	return out
}

// databaseFile matches addresses of databases that are a file: their scheme, and the path as
// the library reads it.
var databaseFile = text.Regexp(`(?i)\b(?:sqlite3?(?:\+\w+)?:///|jdbc:(?:sqlite|h2):(?:file:)?|sqlite3?:(?:file:)?|(?:Data Source|DataSource|Filename)\s*=\s*|file:)(~?[./]?[^\s?;"'|]*)`)

// databaseEnding is how files of databases are called, which a path is asked for where its
// scheme is that of all files.
var databaseEnding = text.Regexp(`(?i)\.(db|db3|sqlite|sqlite3|s3db)$`)

// addDatabaseFile adds the directory of a database that an address names, which is kept in
// a file.
func (s *Spec) addDatabaseFile(out *[]namedPath, name, value, place string) {
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
	n := namedPath{Data: true, Evidence: fixer.Evidence{Kind: s.Kind, Place: place, Text: text.Capital(short(shown, 80))}}
	if ok {
		n.Dir = path.Dir(where)
	}
	*out = append(*out, n)
}

var (
	fileWords = text.WordSet("file filepath filename logfile logfiles pid pidfile socket sock unixsocket slowlog lock lockfile accesslog errorlog log")
	dirWords  = text.WordSet("dir directory folder datadir logdir tmpdir tempdir cachedir home root dbpath")
)

func in(set map[string]bool) func(string) bool { return func(word string) bool { return set[word] } }

// nameWords are the words of the name of an option or a variable, in lower case:
// --accesslog.filepath, LOG_FILE, -logDir.
func nameWords(name string) []string {
	var b strings.Builder
	for i, r := range strings.TrimLeft(name, "-") {
		if i > 0 && r >= 'A' && r <= 'Z' && name != strings.ToUpper(name) {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return strings.FieldsFunc(strings.ToLower(b.String()), func(r rune) bool { return strings.ContainsRune(" ._-:", r) })
}

// scratchable reports whether a directory may be given an empty place without
// hiding what an image ships: those for logs, locks and what is temporary.
func scratchable(at string) bool {
	at = UnderRun(at)
	for _, dir := range []string{"/tmp", "/var/tmp", "/run", "/var/lock", "/var/log", "/dev/shm"} {
		if within(dir, at) {
			return true
		}
	}
	return at != "/var/cache" && within("/var/cache", at)
}

// shipped reports whether an image most likely has files in a directory.
func shipped(at string) bool {
	for _, dir := range []string{"/etc", "/usr", "/bin", "/sbin", "/lib", "/lib64", "/opt", "/boot", "/root", "/home", "/app", "/srv", "/var/lib", "/var/www"} {
		if within(dir, at) {
			return true
		}
	}
	return at == "/" || at == "/var" || at == "/var/cache"
}

// scratchDir returns the directory to give an empty place to so that a path below
// it can be written to.
func scratchDir(at string) string {
	for _, dir := range []string{"/tmp", "/var/tmp", "/dev/shm"} {
		if within(dir, at) {
			return dir
		}
	}
	if dir := path.Dir(at); scratchable(dir) {
		return dir
	}
	return at
}
