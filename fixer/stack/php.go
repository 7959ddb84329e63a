package stack

import (
	"cmp"
	"encoding/json"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/image"
)

var phpStack = &Stack{
	Name:   "PHP",
	Images: []string{image.DockerHub + "/library/php"},
	Does:   phpDoes,
	Plan:   planPHP,
}

// Where the images of PHP have extensions, and what turns them on.
const (
	phpExtensions = "/usr/local/lib/php/extensions"
	phpSettings   = "/usr/local/etc/php"
)

// composerPaths are where Dockerfiles put Composer.
var composerPaths = []string{"/usr/bin/composer", "/usr/local/bin/composer", "/bin/composer", "/usr/local/bin/composer.phar", "/composer.phar",
	"/usr/bin/install-php-extensions", "/usr/local/bin/install-php-extensions", "/usr/bin/pickle", "/usr/local/bin/pickle", "/root/.composer", "/root/.symfony5", "/root/.symfony"}

func phpDoes(a *App, st build.Step, c build.Command) *Work {
	switch c.Program {
	case "docker-php-ext-install", "docker-php-ext-configure", "docker-php-ext-enable", "docker-php-source":
		return &Work{}
	case "pecl", "pear", "pickle":
		return &Work{}
	case "composer", "composer.phar":
		return composerDoes(c)
	case "php":
		args := c.Plain()
		switch {
		case c.Has("--install-dir", "--filename") || slices.ContainsFunc(c.Args(), func(w dockerfile.Word) bool { return strings.HasPrefix(w.Value, "--install-dir=") }):
			return &Work{} // Composer's installer
		case c.Has("-r"):
			if len(args) > 0 && strings.Contains(args[0], "composer-setup.php") {
				return &Work{}
			}
			return nil
		case len(args) > 0 && path.Base(args[0]) == "composer-setup.php", len(args) > 0 && c.Has("-v", "-m", "-i", "--version"), len(args) == 0:
			return &Work{}
		case slices.Contains([]string{"composer", "composer.phar"}, path.Base(args[0])):
			return &Work{}
		case path.Base(args[0]) == "artisan" && len(args) > 1, path.Base(args[0]) == "console" && len(args) > 1:
			if artisanBuilds(args[1]) {
				return &Work{}
			}
		}
		return nil
	case "console": // bin/console
		if args := c.Plain(); len(args) > 0 && artisanBuilds(args[0]) {
			return &Work{}
		}
		return nil
	}
	return nodeDoes(a, st, c)
}

func composerDoes(c build.Command) *Work {
	verb, _ := c.Subcommand()
	if verb == "create-project" {
		return nil
	}
	if verb == "global" {
		return &Work{Develops: true} // below /root/.composer
	}
	return &Work{Develops: !c.Has("--no-dev")}
}

// artisanBuilds reports whether a command of Laravel or Symfony writes below the
// directory of the application and nowhere else: no database, no storage elsewhere.
func artisanBuilds(command string) bool {
	if command == "optimize" || command == "about" || command == "package:discover" || command == "importmap:install" || command == "asset-map:compile" || command == "sass:build" || command == "tailwind:build" {
		return true
	}
	room, _, ok := strings.Cut(command, ":")
	return ok && slices.Contains([]string{"config", "route", "view", "event", "key", "storage", "cache", "assets", "filament", "icons", "ziggy", "livewire", "vendor", "optimize", "dotenv"}, room)
}

// A composerJSON is what counts here of a composer.json.
type composerJSON struct {
	Require    map[string]any  `json:"require"`
	RequireDev map[string]any  `json:"require-dev"`
	Config     json.RawMessage `json:"config"`
}

func planPHP(a *App) (*Recipe, error) {
	dir, err := phpDirectory(a)
	if err != nil {
		return nil, err
	}
	if err := phpStart(a); err != nil {
		return nil, err
	}
	if err := a.mounted(dir, "composer install"); err != nil {
		return nil, err
	}
	r := &Recipe{
		Whole: true, Tools: composerPaths,
		Programs: []string{"php", "php-fpm", "apache2-foreground", "apache2", "apachectl", "apache2ctl", "docker-php-entrypoint"},
	}
	extensions, err := phpInstalls(a)
	if err != nil {
		return nil, err
	}
	if len(extensions) > 0 {
		r.Copies = append(r.Copies, Copy{Path: phpExtensions, Why: "the extensions that the build compiles"})
		r.Packages = a.nativeLibraries(phpLibraries, extensions)
		r.Assumes = append(r.Assumes, "the extensions load no library besides those that the installed packages are for")
		r.Breaks = append(r.Breaks, "An extension that loads a library which the second stage does not install")
	}
	if settings := phpSettingsPath(a, len(extensions) > 0); settings != "" {
		r.Copies = append(r.Copies, Copy{Path: settings, Why: "the settings of PHP"})
	}
	r.Copies = append(r.Copies, Copy{Path: dir, Why: "the application with its packages"})
	r.Leaves = []string{"Composer", "development packages that only compiling extensions needs"}
	if line := composerPrune(a); line != "" {
		r.After = []string{line}
		r.Leaves = append(r.Leaves, "the packages listed under require-dev")
		r.Breaks = append(r.Breaks, "An application that loads a package listed under require-dev")
	}
	r.Runtimes = []Runtime{{ID: "same-base", Image: a.Ref.Familiar(), Shell: true, Same: true, Why: "it is the base image of the build, without what the build adds"}}
	return r, nil
}

// phpDirectory is the directory of the application in the image.
func phpDirectory(a *App) (string, error) {
	dir := a.Workdir
	copies := false
	for _, i := range a.Stage.Instructions {
		for _, w := range dockerfile.ContextSources(i) {
			src := path.Join("/", w.Value)[1:]
			to := a.Absolute(i, i.Words[len(i.Words)-1].Value)
			if w.Dynamic || to == "" || to == "/" {
				continue
			}
			copies = copies || a.isDir(src) || src == "" || slices.Contains([]string{".php", ".json"}, path.Ext(src))
			if (src == "" || a.isDir(src)) && !strings.HasPrefix(to, "/usr/local/") && !strings.HasPrefix(to, "/etc/") && (dir == "/" || strings.HasPrefix(dir, to+"/")) {
				dir = to
			}
		}
	}
	switch {
	case dir == "" || dir == "/":
		return "", Refuse(UnknownWorkdir, nil, "Give the application a directory of its own (WORKDIR /app)", "the application has no directory of its own in the image")
	case !copies:
		return "", Refuse(Disagreement, nil, "Copy the application into the image", "the build copies no application into the image, which is an environment for one")
	}
	return dir, nil
}

// phpStart refuses containers that start what is for development or install packages.
func phpStart(a *App) error {
	start := a.Starts()
	for _, what := range []string{"artisan serve", "php -S", "symfony serve", "symfony server:start", "bin/console server:"} {
		if strings.Contains(start, what) {
			return Refuse(DevelopmentStart, a.StartsIn, "Use php-fpm or Apache (FROM php:8.4-apache) as the server", "the container starts a development server (%s)", what)
		}
	}
	for _, what := range []string{"composer install", "composer update", "docker-php-ext-install", "npm run build", "npm install", "npm ci"} {
		if strings.Contains(start, what) {
			return Refuse(BuildAtStart, a.StartsIn, "Install and build in a RUN", "the container installs or builds when it starts (%s)", what)
		}
	}
	if a.StartsIn == nil && !slices.Contains(a.Ref.Words(), "apache") && !slices.Contains(a.Ref.Words(), "fpm") {
		return unknownStart(a)
	}
	return nil
}

// phpInstalls returns the extensions that the build compiles.
func phpInstalls(a *App) (extensions map[string]bool, err error) {
	extensions = map[string]bool{}
	a.Commands(func(st build.Step, c build.Command) {
		switch c.Program {
		case "install-php-extensions":
			err = Refuse(UnknownPackage, st.Instruction, "Install the extensions with docker-php-ext-install and their libraries by name", "install-php-extensions installs libraries that the file does not name")
		case "docker-php-ext-install", "docker-php-ext-configure":
			for _, w := range c.Plain() {
				if strings.ContainsAny(w, "$`") {
					if strings.Trim(w, "$() ") != "nproc" {
						err = Refuse(UnknownPackage, st.Instruction, "Name the extensions", "a variable names the extensions that line %d installs", st.Instruction.Line)
					}
					continue
				}
				extensions[w] = true
			}
			for option, ext := range gdOptions {
				if slices.ContainsFunc(c.Args(), func(w dockerfile.Word) bool { return strings.HasPrefix(w.Value, option) }) {
					extensions[ext] = true
				}
			}
		case "pecl", "pickle":
			verb, k := c.Subcommand()
			if verb != "install" {
				return
			}
			for _, w := range c.Words[k+1:] {
				if name, _, _ := strings.Cut(path.Base(w.Value), "-"); !strings.HasPrefix(w.Value, "-") {
					extensions[name] = true
				}
			}
		}
	})
	return extensions, err
}

// gdOptions are options of docker-php-ext-configure with the library that each asks
// for.
var gdOptions = map[string]string{"--with-freetype": "gd:freetype", "--with-jpeg": "gd:jpeg", "--with-webp": "gd:webp", "--with-xpm": "gd:xpm", "--with-avif": "gd:avif", "--with-kerberos": "imap:kerberos"}

// phpSettingsPath is what has to be copied of the settings of PHP: the directory that
// turns extensions on, or all where the build writes beside it; "" for nothing.
func phpSettingsPath(a *App, extensions bool) string {
	out := ""
	if extensions {
		out = phpSettings + "/conf.d"
	}
	note := func(p string) {
		switch {
		case strings.HasPrefix(p, phpSettings+"/conf.d"):
			out = cmp.Or(out, phpSettings+"/conf.d")
		case strings.HasPrefix(p, phpSettings+"/"):
			out = phpSettings
		}
	}
	for _, i := range a.Stage.Instructions {
		if i.Keyword == "COPY" || i.Keyword == "ADD" {
			if to := a.Absolute(i, i.Words[len(i.Words)-1].Value); to != "" {
				note(to + "/")
				note(to)
			}
		}
	}
	a.Commands(func(_ build.Step, c build.Command) {
		for _, w := range c.Args() {
			note(strings.ReplaceAll(strings.Trim(w.Raw, `"'`), "${PHP_INI_DIR}", "$PHP_INI_DIR"))
			if strings.Contains(w.Raw, "PHP_INI_DIR") {
				if out = phpSettings; strings.Contains(w.Raw, "conf.d") {
					note(phpSettings + "/conf.d/x")
				}
			}
		}
		for _, r := range c.Redirects {
			note(strings.Trim(r.File.Raw, `"'`))
			if strings.Contains(r.File.Raw, "PHP_INI_DIR") {
				out = phpSettings
			}
		}
	})
	return out
}

// composerPrune is the line that takes away what only development needs; "" for none.
func composerPrune(a *App) string {
	m, ok := a.Manifest("composer.json")
	var project composerJSON
	if !ok || json.Unmarshal(m.Data, &project) != nil || len(project.RequireDev) == 0 {
		return ""
	}
	if v, at := a.Build.Variable(a.Stage, lastOf(a.Steps), "COMPOSER_NO_DEV"); at != nil && v == "1" {
		return ""
	}
	if _, symfony := project.Require["symfony/framework-bundle"]; symfony {
		if v, at := a.Build.Variable(a.Stage, nil, "APP_ENV"); at == nil || v != "prod" {
			return "" // in development it loads bundles of require-dev
		}
	}
	var install *build.Command
	var in build.Step
	optimised, moved, scripts := "", false, true
	a.Commands(func(st build.Step, c build.Command) {
		if c.Program != "composer" {
			return
		}
		for _, o := range []string{"-o", "--optimize-autoloader", "-a", "--classmap-authoritative", "--optimize"} {
			if c.Has(o) {
				optimised = "--optimize-autoloader"
			}
		}
		if c.Has("-a", "--classmap-authoritative") {
			optimised = "--classmap-authoritative"
		}
		if verb, _ := c.Subcommand(); slices.Contains([]string{"install", "i", "update", "u"}, verb) {
			install, in, scripts = &c, st, !c.Has("--no-scripts")
			moved = slices.ContainsFunc(st.Commands, func(o build.Command) bool { return o.Program == "cd" })
		}
	})
	if install == nil || install.Has("--no-dev") || moved || install.Has("-d") || slices.ContainsFunc(install.Args(), func(w dockerfile.Word) bool { return strings.HasPrefix(w.Value, "--working-dir") }) {
		return ""
	}
	line := "RUN composer install --no-dev --no-interaction"
	if at, end := a.Absolute(in.Instruction, "."), a.Absolute(nil, "."); at != end {
		line += " --working-dir=" + at
	}
	if !scripts {
		line += " --no-scripts"
	}
	for _, w := range install.Args() {
		if strings.HasPrefix(w.Value, "--ignore-platform-req") && !w.Dynamic {
			line += " " + w.Raw // what is missing then is missing now
		}
	}
	return strings.TrimSpace(line + " " + optimised)
}

// phpLibraries are extensions that are linked against libraries of the distribution
// which the images do not have, with the development package on Debian.
var phpLibraries = map[string]string{
	"intl": "libicu-dev", "zip": "libzip-dev", "gd": "libpng-dev", "gd:freetype": "libfreetype6-dev", "gd:jpeg": "libjpeg62-turbo-dev", "gd:webp": "libwebp-dev", "gd:xpm": "libxpm-dev", "gd:avif": "libavif-dev",
	"pgsql": "libpq-dev", "pdo_pgsql": "libpq-dev", "xsl": "libxslt1-dev", "ldap": "libldap2-dev", "gmp": "libgmp-dev", "bz2": "libbz2-dev", "tidy": "libtidy-dev", "enchant": "libenchant-2-dev",
	"pspell": "libpspell-dev", "ffi": "libffi-dev", "snmp": "libsnmp-dev", "imap:kerberos": "libkrb5-dev", "odbc": "unixodbc-dev", "pdo_odbc": "unixodbc-dev", "sqlsrv": "unixodbc-dev", "pdo_sqlsrv": "unixodbc-dev",
	"pdo_dblib": "freetds-dev", "imagick": "libmagickwand-dev", "gmagick": "libgraphicsmagick1-dev", "memcached": "libmemcached-dev", "rdkafka": "librdkafka-dev", "amqp": "librabbitmq-dev", "yaml": "libyaml-dev",
	"ssh2": "libssh2-1-dev", "event": "libevent-dev", "mcrypt": "libmcrypt-dev", "zmq": "libzmq3-dev", "uuid": "uuid-dev", "maxminddb": "libmaxminddb-dev", "vips": "libvips-dev", "gnupg": "libgpgme-dev", "ev": "libev-dev",
}
