package multistage

import (
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/stack"
	"github.com/oakum-sec/oakum/fixer/text"
)

// A partition says what the steps of a build leave for the stage that runs.
type partition struct {
	packages []string // of the distribution, in the order of the file
	unsure   []string
	manager  *build.Manager
	dropped  []string     // packages that only building needs
	setup    []string     // RUN lines that the second stage repeats: accounts, directories, settings of the system
	accounts []string     // names of users and groups that setup makes
	extra    []stack.Copy // paths outside the application that the build fills
	owners   []ownership  // what chown did to paths that are copied, in order
	settled  []string     // paths that setup writes
	dirs     []string     // directories that setup makes
	layered  bool         // what is linked against glibc runs on musl, by a layer of compatibility
	made     []string     // directories in what is copied that are there to be written to
	system   bool         // setup does more than make accounts
	builds   []string     // directories in which the tools of the stack run
	whole    []string     // packages of the container that came with those that they recommend
}

// partition reads what each step does. The error is a [*stack.Refusal].
func (c *conversion) partition() (*partition, error) {
	p := &partition{}
	for _, st := range c.app.Steps {
		for _, cmd := range st.Commands {
			if dir := c.app.Absolute(st.Instruction, "."); dir != "" && !systemDirs[dir] && c.stack.Does(c.app, st, cmd) != nil {
				p.builds = appendOnce(p.builds, dir)
			}
		}
	}
	for _, i := range c.app.Stage.Instructions {
		var err error
		switch i.Keyword {
		case "RUN":
			err = c.readStep(p, c.app.Build.Step(i))
		case "COPY", "ADD":
			err = c.readCopy(p, i)
		}
		if err != nil {
			return nil, err
		}
	}
	return p, nil
}

// copied reports whether a path of the image is among what the recipe copies.
func (c *conversion) copied(p string) bool {
	return slices.ContainsFunc(c.recipe.Copies, func(have stack.Copy) bool { return build.Within(p, have.Path) })
}

// scratchPaths are places that nothing needs after the build.
var scratchPaths = []string{"/tmp", "/var/tmp", "/var/cache", "/var/lib/apt", "/root/.cache", "/root/.npm", "/root/.m2", "/root/.cargo", "/usr/src/php", "/usr/src/python", "/dev", "/var/log", "/etc/apt", "/usr/share/keyrings", "/usr/share/doc", "/usr/share/man"}

// passing reports whether what a step writes at a path does not matter to the image
// that runs.
func passing(p string) bool {
	return slices.ContainsFunc(scratchPaths, func(dir string) bool { return build.Within(p, dir) })
}

// onlyBuilds reports whether a path is that of a tool that only building needs.
func (c *conversion) onlyBuilds(p string) bool {
	return slices.ContainsFunc(c.recipe.Tools, func(tool string) bool { return build.Within(p, tool) })
}

// A deed is what one command of a step does.
type deed int

const (
	nothing deed = iota // for the image that runs: it builds, cleans or prints
	settles             // it makes an account, a directory or a setting, which is repeated
	fetches             // it puts files at a path, which is copied
)

// readStep reads one RUN.
func (c *conversion) readStep(p *partition, st build.Step) error {
	if st.Unread {
		return stack.Refuse(stack.UnknownCommand, st.Instruction, "Write the step as plain commands", "oakum cannot read the commands of line %d", st.Instruction.Line)
	}
	dir := c.app.Absolute(st.Instruction, ".")
	var keep []build.Command
	all := true
	gone := st.RemovedPackages()
	c.ownedByUser(p, st)
	for k, cmd := range st.Commands {
		if cmd.HandsRead || k > 0 && addsSource(st.Commands[k-1], cmd) {
			continue // the commands of the text follow, or it only adds a source of packages
		}
		d, err := c.deedOf(p, st, cmd, &dir, gone)
		if err != nil {
			return err
		}
		if d == settles {
			keep = append(keep, cmd)
		} else if !silent[cmd.Program] {
			all = false
		}
	}
	if len(keep) == 0 {
		return nil
	}
	line, err := c.repeated(st, keep, all)
	if err != nil {
		return err
	}
	p.setup = append(p.setup, line)
	return nil
}

// addsSource reports whether a shell is given a script that is known to do nothing but
// add a source of packages to apt.
func addsSource(from, cmd build.Command) bool {
	return build.IsShell(cmd.Program) && cmd.PipedInto && from.Downloads() && slices.ContainsFunc(from.Args(), func(w dockerfile.Word) bool {
		return !w.Dynamic && strings.HasPrefix(w.Value, "https://deb.nodesource.com/setup_")
	})
}

// silent are commands that may stand in a step that is repeated as it is.
var silent = text.WordSet("set : true echo cd")

// neutral are programs that change nothing that lasts, whatever they are given.
var neutral = text.WordSet(`set : true false echo printf cd test [ ls cat pwd which command type sleep date uname env export unset id whoami hash exit grep egrep awk cut head tail wc sort
	uniq tr find xargs du df file stat basename dirname readlink realpath sha256sum sha512sum md5sum gpg gpgconf dpkg-query apt-mark apt-key apt-cache ldd ldconfig rm rmdir
	strip dos2unix dpkg-architecture nproc getconf read eval umask locale shift local return`)

// systemPrograms set up the system of the image, with files all over it.
var systemPrograms = text.WordSet("locale-gen dpkg-reconfigure update-ca-certificates update-locale localedef a2enmod a2dismod a2ensite a2dissite update-alternatives")

// accountPrograms make accounts.
var accountPrograms = text.WordSet("useradd adduser groupadd addgroup usermod groupmod")

// placing are programs whose effect on a path is repeated.
var placing = text.WordSet("mkdir chown chgrp chmod ln touch sed tee")

// deedOf says what a command does for the image that runs.
func (c *conversion) deedOf(p *partition, st build.Step, cmd build.Command, dir *string, gone map[string]bool) (deed, error) {
	switch {
	case cmd.Package != nil:
		return nothing, c.readPackages(p, st, cmd.Package, gone)
	case accountPrograms[cmd.Program]:
		if list := cmd.Arguments().Names(); len(list) > 0 {
			p.accounts = append(p.accounts, list[len(list)-1], list[0])
		}
		return settles, nil
	case systemPrograms[cmd.Program]:
		p.system = true
		return settles, nil
	}
	if cmd.Program == "crontab" {
		return nothing, stack.Refuse(stack.UnknownOutput, st.Instruction, "Copy the file into /etc/cron.d", "line %d installs a crontab, which cron keeps among files of its own", st.Instruction.Line)
	}
	if work := c.stack.Does(c.app, st, cmd); work != nil {
		if cmd.Has("collectstatic") { // into STATIC_ROOT, which may be a directory made for that
			for _, dir := range p.dirs {
				p.extra = addCopy(p.extra, stack.Copy{Path: dir, Why: "collectstatic"})
			}
		}
		if work.Elsewhere {
			return nothing, stack.Refuse(stack.UnknownOutput, st.Instruction, "Install into the directory of the application", "%s in line %d writes to a directory that oakum does not follow", text.VisibleLine(cmd.Program), st.Instruction.Line)
		}
		if work.Again {
			p.system = true
			return settles, nil
		}
		return nothing, nil
	}
	if cmd.Program == "cd" {
		if list := cmd.Plain(); len(list) == 1 {
			if *dir = join(*dir, list[0]); *dir == "" {
				return nothing, nil
			}
		}
	}
	paths, here, known := container.Written(cmd)
	if !known && !neutral[cmd.Program] {
		return nothing, unknownCommand(st, cmd)
	}
	if len(paths) == 0 && !here {
		return nothing, nil
	}
	if here {
		paths = append(paths, ".")
	}
	return c.placed(p, st, cmd, paths, *dir)
}

func join(dir, p string) string {
	switch {
	case strings.ContainsAny(p, "$`*~"):
		return ""
	case path.IsAbs(p):
		return path.Clean(p)
	case dir == "":
		return ""
	}
	return path.Join(dir, p)
}

// expand puts the values of variables that the base image or the file sets in their
// places in a path.
func (c *conversion) expand(st build.Step, p string) string {
	return variableName().ReplaceAllStringFunc(p, func(s string) string {
		name := strings.Trim(s, "${}")
		if v, at := c.app.Build.Variable(c.app.Stage, st.Instruction, name); at != nil && at.Keyword == "ENV" && !strings.Contains(v, "$") {
			return v
		}
		if v, ok := baseVariables[name]; ok {
			return v
		}
		return s
	})
}

// baseVariables are variables that official images set to a directory of theirs.
var baseVariables = map[string]string{"PHP_INI_DIR": "/usr/local/etc/php", "GEM_HOME": "/usr/local/bundle", "BUNDLE_APP_CONFIG": "/usr/local/bundle", "GOPATH": "/go"}

func unknownCommand(st build.Step, cmd build.Command) error {
	name := cmd.Program
	if name == "" && len(cmd.Words) > 0 {
		name = cmd.Words[0].Raw
	}
	return stack.Refuse(stack.UnknownCommand, st.Instruction, "Build in the directory of the application with the tools of the language, or write the second stage by hand",
		"line %d runs %s, which may write anywhere in the image", st.Instruction.Line, text.VisibleLine(name))
}

// placed says what a command that writes to some paths does.
func (c *conversion) placed(p *partition, st build.Step, cmd build.Command, paths []string, dir string) (deed, error) {
	out := nothing
	for _, raw := range paths {
		raw = c.expand(st, strings.Trim(raw, `"'`))
		at := join(dir, raw)
		switch {
		case cmd.Program == "rm" || cmd.Program == "rmdir":
			continue
		case at == "":
			parent := join(dir, path.Dir(raw))
			switch {
			case strings.ContainsAny(path.Base(raw), "$`~") || parent == "":
			case passing(parent), c.copied(parent) && cmd.Program != "chown":
				continue
			case placing[cmd.Program]: // sed -i … /etc/apache2/*.conf
				out, p.system = settles, true
				continue
			}
			return nothing, stack.Refuse(stack.UnknownOutput, st.Instruction, "Name the directory without a variable", "line %d writes to %s, which a variable decides", st.Instruction.Line, text.VisibleLine(raw))
		case c.copied(at):
			p.owned(cmd, at)
			if cmd.Program == "mkdir" && build.ForWriting(at) {
				p.made = append(p.made, at)
			}
			continue
		case passing(at), c.onlyBuilds(at), c.prepares(p, at), c.madeByWorkdir(cmd, at), c.madeByCopy(cmd, at), cmd.Program == "mkdir" && c.holdsSources(at):
			continue
		}
		if slices.ContainsFunc(c.recipe.Copies, func(cp stack.Copy) bool { return build.Within(cp.Path, at) }) {
			p.owned(cmd, at)
		}
		if placing[cmd.Program] || cmd.Program == "" || cmd.Program == "echo" || cmd.Program == "printf" || cmd.Program == "cat" {
			out, p.system = settles, true
			p.settled = append(p.settled, at)
			if cmd.Program == "mkdir" {
				p.dirs = append(p.dirs, at)
			}
			if slices.ContainsFunc(p.extra, func(have stack.Copy) bool { return build.Within(at, have.Path) }) {
				out = nothing // what it does is copied with the path
			}
			continue
		}
		if c.setsTimezone(cmd, at) {
			out, p.system = settles, true
			continue
		}
		at = fetchedFile(cmd, at)
		if systemDirs[at] {
			return nothing, stack.Refuse(stack.UnknownOutput, st.Instruction, "Unpack into a directory of its own, such as /opt/NAME", "line %d puts files into %s, and oakum does not know which", st.Instruction.Line, at)
		}
		p.extra = addCopy(p.extra, stack.Copy{Path: at, Why: cmd.Program})
	}
	return out, nil
}

// setsTimezone reports whether a command copies a time zone to where Debian has a link
// to one, which would be copied in the place of what it leads to.
func (c *conversion) setsTimezone(cmd build.Command, at string) bool {
	list := cmd.Arguments().Names()
	return at == "/etc/localtime" && cmd.Program == "cp" && c.app.Base.Distribution == image.Debian && len(list) > 0 && build.Within(list[0], "/usr/share/zoneinfo")
}

// systemDirs are directories in which a distribution has files of its own.
var systemDirs = text.WordSet("/ /usr /usr/local /usr/bin /usr/local/bin /usr/local/lib /usr/lib /usr/local/share /usr/share /bin /sbin /usr/sbin /usr/local/sbin /etc /opt /lib /var /var/lib /root /home /srv /mnt /usr/local/etc /usr/include /usr/local/include")

// fetchedFile is the file that a command makes of one operand in a directory: mv x
// /usr/local/bin makes /usr/local/bin/x.
func fetchedFile(cmd build.Command, at string) string {
	list := cmd.Arguments().Names()
	if (cmd.Program == "mv" || cmd.Program == "cp" || cmd.Program == "install" || cmd.Program == "ln") && len(list) == 2 && systemDirs[at] && !strings.ContainsAny(list[0], "*$`") {
		return path.Join(at, path.Base(list[0]))
	}
	return at
}

// madeByWorkdir reports whether mkdir makes a directory that WORKDIR makes, too, and
// would fail where it is there.
func (c *conversion) madeByWorkdir(cmd build.Command, at string) bool {
	return cmd.Program == "mkdir" && !cmd.Has("-p", "--parents") && c.app.Workdir != "" && build.Within(c.app.Workdir, at)
}

// madeByCopy reports whether mkdir makes a directory that COPY makes, too, because what it
// copies lies in there.
func (c *conversion) madeByCopy(cmd build.Command, at string) bool {
	mode, _ := cmd.Mode()
	return cmd.Program == "mkdir" && mode == "" && slices.ContainsFunc(c.recipe.Copies, func(cp stack.Copy) bool { return cp.Path != at && build.Within(cp.Path, at) })
}

// prepares reports whether a command changes sources for the build, and nothing that is
// copied: chmod +x mvnw.
func (c *conversion) prepares(p *partition, at string) bool {
	return !c.recipe.Whole && c.app.IsSource(at) && slices.ContainsFunc(p.builds, func(dir string) bool { return at != dir && build.Within(at, dir) })
}

// holdsSources reports whether a directory is there for sources of what is compiled: the
// build copies such into it, and nothing else.
func (c *conversion) holdsSources(at string) bool {
	if c.recipe.Whole {
		return false
	}
	some := false
	for _, i := range c.app.Stage.Instructions {
		if i.Keyword != "COPY" && i.Keyword != "ADD" || len(i.Words) < 2 {
			continue
		}
		last := i.Words[len(i.Words)-1]
		to := c.app.Absolute(i, last.Value)
		switch {
		case last.Dynamic || to == "":
			return false
		case !build.Within(to, at):
			continue
		}
		sources := i.Words[:len(i.Words)-1]
		if _, from := i.Flag("from"); from || slices.ContainsFunc(sources, func(w dockerfile.Word) bool { return !c.isSource(w) }) {
			return false
		}
		some = true
	}
	return some
}
