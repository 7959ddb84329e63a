package dockerfile

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
)

// appUID is the number, of user and group, for accounts that a file creates: in
// the range that every distribution's tools accept without a word, and above
// what they hand out by themselves. Numbers outside make useradd warn and
// older forms of BusyBox's adduser fail.
const appUID = 10001

// create offers an account made in the distribution's own way, for programs
// that ask for the name or the home folder of their user. It does not exist
// where the tools for it are not known to be in the image, or something else
// than a Bourne shell would read the command.
func (s *imageCheck) create() (fixer.Fix, bool) {
	base, ok := build.BaseOf(s.pass, s.stage)
	if s.startsFromTarget() {
		return fixer.Fix{}, false // that stage may be given the same account at the same time
	}
	if !ok || !s.runsAsRootHere() || !shellKnown(base) || !s.bourne(nil) {
		return fixer.Fix{}, false
	}
	var lines func(name, uid, gid string) []string
	esc := string(s.file.Escape)
	run := matchCase(s.file, "RUN")
	switch {
	case base.Distribution == image.Alpine, base.Distribution == image.BusyBox:
		lines = func(name, uid, gid string) []string {
			return []string{fmt.Sprintf("%s addgroup -S -g %s %s && adduser -S -D -u %s -G %s %s", run, gid, name, uid, name, name)}
		}
	case base.Distribution == image.Debian, base.Distribution == image.Ubuntu,
		base.Distribution == image.UBI && base.Packages == image.Dnf: // the minimal images have no useradd
		lines = func(name, uid, gid string) []string {
			return []string{
				fmt.Sprintf("%s groupadd --gid %s %s && %s", run, gid, name, esc),
				fmt.Sprintf("    useradd --no-log-init --uid %s --gid %s --create-home --shell /usr/sbin/nologin %s", uid, name, name),
			}
		}
	default:
		return fixer.Fix{}, false
	}
	where := s.spot()
	given := s.givenFolders(where)
	number := strconv.Itoa(appUID)
	acc := account{uid: appUID, gid: appUID, group: true, name: "app"}
	file, children := s.file, s.children()
	return fixer.Fix{
		ID: "create-user", Title: fmt.Sprintf("Create the user %s (%s) and set USER to that user", acc.name, acc.numbers()), Level: fixer.Review,
		Breaks: s.breaks(acc, given) + ". The build fails if the image already has that user name or uid",
		Verify: "docker build -t IMAGE . && docker run --rm --entrypoint id IMAGE\nprints the new user, and the application still writes its files",
		Params: []fixer.Param{
			paramName.With(acc.name),
			{Name: paramUID.Name, Meaning: "User id (uid) of the image's user, 1 to 59999", Default: number, Validate: accountID},
			{Name: paramGID.Name, Meaning: "Group id (gid) of the new group, 1 to 59999", Default: number, Validate: accountID},
		},
		Edit: func(d *fixer.Draft) error {
			return writeUser(d, file, children, where, given, nil, lines(d.Param("name"), d.Param("uid"), d.Param("gid"))...)
		},
	}, true
}

// asking are programs that look up the account of their user, or keep files in
// its home folder, and bases that are made to run such programs, with what
// happens where there is none. A number alone does for others: npm warns and
// goes on, a Go program does not ask.
var asking = []struct {
	programs map[string]bool
	bases    map[string]bool // on Docker Hub
	what     string
	fails    bool // the program does not start without a home directory
}{
	{
		text.WordSet("pm2 pm2-runtime pm2-docker"),
		nil,
		"PM2 keeps its state in the home directory, and fails without one", true,
	},
	{
		text.WordSet("jupyter jupyter-lab jupyter-notebook jupyterhub"),
		nil,
		"Jupyter keeps its settings and kernels in the home directory, and fails without one", true,
	},
	{
		text.WordSet("python pypy gunicorn uvicorn hypercorn daphne uwsgi flask celery locust django-admin streamlit ipython pipenv poetry uv airflow mlflow dagster prefect"),
		text.WordSet("library/python library/pypy"),
		"Python looks up the user name (getpass.getuser fails for a bare uid), and libraries keep caches in the home directory", false,
	},
	{
		text.WordSet("java catalina jshell"),
		text.WordSet("library/eclipse-temurin library/openjdk library/amazoncorretto library/tomcat"),
		"Java uses ? as the home directory of a user without a name, and creates a directory of that name", false,
	},
	{
		text.WordSet("ruby bundle rails rake puma rackup unicorn sidekiq jekyll irb"),
		text.WordSet("library/ruby library/jruby"),
		"Ruby tools keep caches and settings in the home directory", false,
	},
	{
		text.WordSet("go"),
		nil,
		"Go keeps its build cache in the home directory, and fails without one", true,
	},
	{
		text.WordSet("git ssh scp rsync ansible ansible-playbook"),
		nil,
		"ssh fails for a user without a name, and so does git commit", false,
	},
	{
		text.WordSet("psql pg_dump pg_dumpall pg_restore pgbench createdb dropdb createuser vacuumdb"),
		nil,
		"Clients of PostgreSQL ask for the name of their user, and fail for a bare uid", false,
	},
	{
		text.WordSet("soffice libreoffice unoconv unoserver"),
		nil,
		"LibreOffice keeps its profile in the home directory, and does not start without one", true,
	},
}

// asksForUser looks for a program among those the image starts that asks for
// the name or the home folder of its user, or a base made for one.
func (s *imageCheck) asksForUser() (asks fixer.Evidence, fails, yes bool) {
	for _, c := range s.commands() {
		for _, word := range started(c) {
			name := strings.TrimSuffix(strings.TrimRight(path.Base(word), "0123456789."), ".sh")
			for _, a := range asking {
				if a.programs[name] {
					return fixer.Evidence{Kind: fixer.FromDockerfile, Place: source(s.pass, c.At), Text: a.what}, a.fails && !s.tellsHome(), true
				}
			}
		}
	}
	root := s.stage.Root()
	ref, err := image.ParseReference(root.Image)
	if err != nil || ref.Registry != image.DockerHub {
		return fixer.Evidence{}, false, false
	}
	for _, a := range asking {
		if a.bases[ref.Repository] {
			return fixer.Evidence{Kind: fixer.FromDockerfile, Place: source(s.pass, root.From), Text: a.what}, false, true
		}
	}
	return fixer.Evidence{}, false, false
}

// tellsHome reports whether the file gives programs a home directory by a variable.
func (s *imageCheck) tellsHome() bool {
	for _, name := range []string{"HOME", "PM2_HOME", "JUPYTER_CONFIG_DIR", "GOCACHE"} {
		if _, set := s.stage.LookupEnv(name); set {
			return true
		}
	}
	return false
}

// shellKnown reports whether the image has a shell of the Bourne family, and
// with it the tools every distribution brings: mkdir, chown.
func shellKnown(base image.Base) bool {
	return slices.Contains([]image.Shell{image.Dash, image.Bash, image.BusyBoxShell}, base.Shell)
}

// bourne reports whether SHELL leaves commands to a shell of the Bourne family
// at an instruction of the stage, nil being its end.
func (s *imageCheck) bourne(at *dockerfile.Instruction) bool {
	words, _ := s.stage.ShellAt(at)
	return len(words) == 0 || len(words) > 1 && build.IsShell(words[0]) && strings.HasSuffix(words[len(words)-1], "c")
}

// runsAsRootHere reports whether steps at the end of the stage are known to run
// as root, so that they may create accounts and give files away.
func (s *imageCheck) runsAsRootHere() bool { return s.profile.User.IsRoot() }

var accountName = text.Regexp(`^[a-z_][a-z0-9_-]{0,30}$`)

func validName(name string) error {
	if !accountName().MatchString(name) || name == "root" {
		return errors.New("use lower-case letters, digits, - and _, and not root")
	}
	return nil
}

// accountID accepts the numbers that the tools of every distribution take.
func accountID(s string) error {
	if n, err := strconv.ParseUint(s, 10, 31); err != nil || n < 1 || n >= 60000 {
		return errors.New("use a whole number from 1 to 59999")
	}
	return nil
}
