package container

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/topology"
)

// A NamedPath is a path that the command line or a variable gives to the program
// to write to, as the name of the option or variable tells.
type NamedPath struct {
	Dir      string // the directory that has to be writable
	Data     bool   // what is written there has to be kept
	Evidence fixer.Evidence
}

// What the words in the name of an option or a variable say of its path.
var (
	scratchWords = text.WordSet("log logs logfile logfiles logdir accesslog errorlog log-file log-dir pid pidfile socket sock unixsocket lock lockfile slowlog logto daemonize gclog tmp temp tmpdir tempdir cache cachedir spool")
	dataWords    = text.WordSet("data datadir data-dir storage store state statefile db database dbpath acme upload uploads persist persistence backup backups dump journal wal")
	// These name what is read, whatever else stands in the name.
	readWords = text.WordSet("config conf change changelog cert certs certificate key ca tls ssl secret password token template templates schema rules rule web static driver plugin-config format level url uri host")
	pathWords = text.WordSet("file dir path directory folder location home root filepath filename logfile pidfile datadir logdir dbpath tmpdir tempdir cachedir lockfile statefile")
)

// ofEngine are sockets that an application connects to.
var ofEngine = text.WordSet("docker.sock containerd.sock crio.sock podman.sock")

// namedPaths returns the paths that are given to the program to write to.
func (s *Spec) namedPaths() []NamedPath {
	if s.read != nil {
		return s.read.named()
	}
	return s.readNamedPaths()
}

func (s *Spec) readNamedPaths() []NamedPath {
	var out []NamedPath
	add := func(words []string, value, place, name string) {
		dir := ""
		if strings.Contains(value, "/") && !strings.Contains(value, ":") {
			dir = s.startDir() // else it may be no path at all
		}
		at, ok := s.resolve(value, dir)
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
		out = append(out, NamedPath{Dir: at, Data: data, Evidence: fixer.Evidence{Kind: s.Kind, Place: place, Text: name + " is set to " + short(value, 60)}})
	}
	line := func(words []string, place string) {
		for k, w := range words {
			name, value, valued := strings.Cut(w, "=")
			s.addDatabaseFile(&out, "", w, place)
			switch {
			case !strings.HasPrefix(name, "-"):
				continue
			case strings.HasPrefix(w, "-Xlog"):
				if m := jvmLog().FindStringSubmatch(w); m != nil {
					add([]string{"gclog"}, m[1], place, "-Xlog")
				}
				continue
			case name == "--allow-write" && valued:
				for at := range strings.SplitSeq(value, ",") {
					add([]string{"data", "dir"}, at, place, name)
				}
				continue
			}
			if !valued && k+1 < len(words) {
				value = words[k+1]
			}
			add(nameWords(strings.TrimPrefix(name, "-D")), value, place, name)
		}
	}
	line(s.words(), s.Place)
	settings := s.Settings
	if !s.replacesStart() {
		settings = slices.Concat(settings, s.Image.settings)
	}
	for _, one := range settings {
		add(nameWords(one.Name), one.Value, one.Place, one.Name+" in "+one.File)
	}
	for _, v := range slices.Concat(s.Env, s.Image.ownEnv(s.Env)) {
		if v.Known {
			s.addDatabaseFile(&out, v.Name, v.Value, v.Place)
		}
		list := nameWords(v.Name)
		switch {
		case !v.Known || len(list) == 0 || ofBuilding[list[0]]:
		case slices.ContainsFunc(list, in(pathWords)):
			add(list, v.Value, v.Place, v.Name)
		case optionWords[list[len(list)-1]]:
			line(strings.Fields(v.Value), v.Place)
		}
	}
	return out
}

// NamedPaths are the directories that the commands, the variables and the configuration of an
// image that is built here name for its program to write to.
func (out *Profile) NamedPaths() []NamedPath {
	if out.Build == nil {
		return nil
	}
	s := &Spec{Platform: Compose, Image: out, Kind: fixer.FromDockerfile, Place: out.Build.Path}
	return s.readNamedPaths()
}

// ownEnv are the variables that the stages of an image that is built here set, but for some
// that are set elsewhere.
func (out *Profile) ownEnv(but []Variable) []Variable {
	var list []Variable
	if out.Build == nil {
		return nil
	}
	for _, v := range out.Build.Stage.Env() {
		if words := nameWords(v.Key); len(words) > 0 && placeWords[words[len(words)-1]] {
			continue // where a program of the image lies
		}
		if !slices.ContainsFunc(but, func(o Variable) bool { return o.Name == v.Key }) {
			list = append(list, Variable{Name: v.Key, Value: v.Text, Known: v.Known, Place: place(out.Build.Path, v.At.Line)})
		}
	}
	return list
}

// copiesInto reports whether the stages of an image that is built here copy files to a
// directory, which an empty place would hide.
func (out *Profile) copiesInto(dir string) bool {
	for _, b := range out.builds {
		for _, stage := range b.Stage.Chain() {
			for _, i := range stage.Instructions {
				if n := len(i.Words); n > 1 && (i.Keyword == "COPY" || i.Keyword == "ADD") {
					to := i.Words[n-1].Value
					if !path.IsAbs(to) {
						to = path.Join(stage.WorkdirAt(i).Text, to)
					}
					if path.IsAbs(to) && within(dir, path.Clean(to)) {
						return true
					}
				}
			}
		}
	}
	return false
}

// namedConfiguration are the settings of files of the project that the command of an image
// that is built here names as its configuration: lines with a name and a path.
func namedConfiguration(p *fixer.Pass, b topology.Build) []Setting {
	var out []Setting
	dir := b.Stage.Workdir().Text
	for _, line := range []dockerfile.CommandLine{b.Stage.Entrypoint(), b.Stage.Cmd()} {
		for _, words := range build.Started(line) {
			for _, w := range words[min(1, len(words)):] {
				if _, value, valued := strings.Cut(w, "="); valued {
					w = value
				}
				if ext := path.Ext(w); ext != ".ini" && ext != ".conf" && ext != ".cfg" && !strings.HasSuffix(w, "conf.py") && !strings.HasSuffix(w, "config.py") {
					continue
				}
				if !path.IsAbs(w) {
					w = path.Join(dir, w)
				}
				if from, ok := (&sourceSearch{p, b, map[staged]bool{}}).in(b.Stage, w); ok {
					text := string(p.Read(from).Data)
					out = append(append(out, readSettings(from, path.Base(from), text, 1)...), accountsIn(from, text)...)
				}
			}
		}
	}
	return out
}

// becomesAccount is the name of a setting by which a program started by root becomes another
// user.
const becomesAccount = "becomes another user"

// accountsIn are the lines of a configuration file that say whom the program becomes.
func accountsIn(file, whole string) []Setting {
	line := 0
	for words := range strings.Lines(whole) {
		line++
		m := accountSetting().FindStringSubmatch(strings.TrimRight(words, "\r\n"))
		if m != nil && m[2] != "root" && m[2] != "0" {
			return []Setting{{Name: becomesAccount, Value: m[2], Place: file + ":" + strconv.Itoa(line), File: m[1]}}
		}
	}
	return nil
}

// accountSetting matches a setting of an account: uid = www-data, user = "app".
var accountSetting = text.Regexp(`^\s*(uid|user|setuid)\s*=\s*["']?([a-z_0-9][\w-]*)["']?\s*$`)

// Becomes is what a configuration file that the command of an image built here names says of
// whom the program becomes; ok is false where none does.
func (out *Profile) Becomes() (because fixer.Evidence, ok bool) {
	for _, one := range out.settings {
		if one.Name == becomesAccount {
			return fixer.Evidence{Kind: fixer.FromRepository, Place: one.Place, Text: one.File + " is set to " + one.Value}, true
		}
	}
	return because, false
}

// jvmLog matches the file that a JVM is told to log to.
var jvmLog = text.Regexp(`[:=](/[^:,=]+)`)

// ofBuilding begin the names of variables that tools for building read; optionWords end the
// names of those that hold options of a command line, placeWords those of where a program is.
var (
	ofBuilding  = text.WordSet("pip npm yarn pnpm poetry uv pipenv pdm conda mamba cargo rustup go gocache gomodcache gradle maven composer bundle gem ccache sccache nuget bun hex mix playwright puppeteer cypress")
	optionWords = text.WordSet("opts options args flags")
	placeWords  = text.WordSet("home root bin lib")
)

var (
	fileWords = text.WordSet("file filepath filename logto daemonize gclog logfile logfiles pid pidfile socket sock unixsocket slowlog lock lockfile accesslog errorlog log")
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
