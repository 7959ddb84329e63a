package build

import (
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

// valueOptions is the one table of options whose value may be the next word, by
// program. An option that is missing here is read as a switch.
var valueOptions = optionTable(map[string]string{
	// Wrappers.
	"sudo":      "-u --user -g --group -h --host -p --prompt -C --close-from -r --role -t --type -T --command-timeout -U --other-user -D --chdir -R --chroot",
	"doas":      "-u -C",
	"env":       "-u --unset -C --chdir",
	"exec":      "-a",
	"nice":      "-n --adjustment",
	"time":      "-f --format -o --output",
	"timeout":   "-k --kill-after -s --signal",
	"stdbuf":    "-i --input -o --output -e --error",
	"ionice":    "-c --class -n --classdata",
	"tini":      "-p -e",
	"runuser":   "-u --user -g --group -G --supp-group -s --shell -w --whitelist-environment",
	"setpriv":   "--reuid --regid --groups --inh-caps --ambient-caps --bounding-set --securebits --selinux-label --apparmor-profile --pdeathsig",
	"dumb-init": "-r --rewrite",
	"xargs":     "-a --arg-file -d --delimiter -E -I -L --max-lines -n --max-args -P --max-procs -s --max-chars --process-slot-var",
	"flock":     "-w --wait --timeout -E --conflict-exit-code",

	// Package managers.
	"apt-get apt aptitude":       "-o --option -t --target-release --default-release -c --config-file -a --host-architecture",
	"apk":                        "-X --repository -p --root -t --virtual --keys-dir --repositories-file --cache-dir --arch --wait",
	"dnf yum microdnf tdnf dnf5": "-c --config -x --exclude --enablerepo --disablerepo --repo --repoid --setopt --releasever --installroot -d -e",
	"zypper":                     "-R --root -D --reposd-dir -C --cache-dir -c --config",

	// Accounts. The adduser of Debian has long options only, that of BusyBox short
	// ones, of which -g is the comment and -G the group.
	"useradd":           "-b --base-dir -c --comment -d --home --home-dir -e --expiredate -f --inactive -g --gid -G --groups -k --skel -K --key -p --password -P --prefix -R --root -s --shell -u --uid -Z --selinux-user",
	"usermod":           "-c --comment -d --home -e --expiredate -f --inactive -g --gid -G --groups -l --login -p --password -P --prefix -R --root -s --shell -u --uid -v --add-subuids -V --del-subuids -w --add-subgids -W --del-subgids -Z --selinux-user",
	"adduser":           "-h --home -g --gecos -s --shell -G --ingroup -u --uid -k --gid --comment --conf --firstuid --lastuid --firstgid --lastgid -K -c -d -b -e -f -p -Z -R",
	"groupadd groupmod": "-g --gid -K --key -n --new-name -p --password -P --prefix -R --root -U --users",
	"addgroup":          "-g --gid --conf --firstgid --lastgid -K",
	"gpasswd":           "-a --add -d --delete -A --administrators -M --members -Q --root",
	"passwd":            "-i --inactive -n --mindays -r --repository -R --root -w --warndays -x --maxdays",

	// Files.
	"mkdir":   "-m --mode",
	"install": "-m --mode -o --owner -g --group -S --suffix -t --target-directory",

	// Downloads: the short options of curl.
	"curl": "-A -b -c -C -d -D -e -E -F -h -H -K -m -o -P -Q -r -t -T -u -U -w -x -X -y -Y -z",
})

func optionTable(lines map[string]string) map[string]map[string]bool {
	out := map[string]map[string]bool{}
	for programs, options := range lines {
		for _, p := range strings.Fields(programs) {
			out[p] = text.WordSet(options)
		}
	}
	return out
}

// TakesValue reports whether an option of a program, as in "-u" or "--uid", has a
// value.
func TakesValue(program, option string) bool { return valueOptions[program][option] }

// takesNext reports whether a word of options of a program takes the next word
// as its value: the long option, or the last of the short ones that are written
// together.
func takesNext(program, word string) bool {
	if strings.HasPrefix(word, "--") {
		return TakesValue(program, word)
	}
	for k := 1; k < len(word); k++ {
		if TakesValue(program, "-"+word[k:k+1]) {
			return k == len(word)-1
		}
	}
	return false
}

// An Option is one option of a command.
type Option struct {
	Name     string // "-u", "--uid"
	Value    string // of the next word, after "=", or of the rest of the word
	HasValue bool
	Dynamic  bool // the value is decided when the command runs
}

// Arguments are the words of a command, told apart as its program does.
type Arguments struct {
	Options  []Option
	Operands []dockerfile.Word // what is no option, and no value of one
	Unknown  bool              // a variable full of options is among them
}

// Arguments reads the words after the program: long options, and short ones that
// may be written together ("-rmu 1000", "-u1000").
func (c Command) Arguments() Arguments {
	var out Arguments
	args := c.Args()
	for k := 0; k < len(args); k++ {
		w := args[k]
		switch {
		case HoldsOptions(w):
			out.Unknown = true
			out.Operands = append(out.Operands, w)
		case w.Value == "--":
			out.Operands = append(out.Operands, args[k+1:]...)
			return out
		case !strings.HasPrefix(w.Value, "-") || w.Value == "-":
			out.Operands = append(out.Operands, w)
		default:
			if out.add(c.Program, args, k) {
				k++
			}
		}
	}
	return out
}

// add reads the options of the k-th word, and reports whether the next word is
// the value of the last.
func (a *Arguments) add(program string, args []dockerfile.Word, k int) bool {
	w := args[k]
	next := func(name string) bool {
		if !TakesValue(program, name) || k+1 >= len(args) {
			a.Options = append(a.Options, Option{Name: name})
			return false
		}
		a.Options = append(a.Options, Option{name, args[k+1].Value, true, args[k+1].Dynamic})
		return true
	}
	if strings.HasPrefix(w.Value, "--") {
		name, value, joined := strings.Cut(w.Value, "=")
		if joined {
			a.Options = append(a.Options, Option{name, strings.Trim(value, `"'`), true, w.Dynamic})
			return false
		}
		return next(name)
	}
	for n := 1; n < len(w.Value); n++ {
		name := "-" + w.Value[n:n+1]
		if rest := w.Value[n+1:]; rest != "" && TakesValue(program, name) {
			a.Options = append(a.Options, Option{name, strings.TrimPrefix(rest, "="), true, w.Dynamic})
			return false
		} else if rest == "" {
			return next(name)
		}
		a.Options = append(a.Options, Option{Name: name})
	}
	return false
}

// Has reports whether one of the options is given.
func (a Arguments) Has(names ...string) bool {
	return slices.ContainsFunc(a.Options, func(o Option) bool { return slices.Contains(names, o.Name) })
}

// Value returns the value that the last of the options with one is given.
func (a Arguments) Value(names ...string) (value string, given bool) {
	for _, o := range a.Options {
		if o.HasValue && slices.Contains(names, o.Name) {
			value, given = o.Value, true
		}
	}
	return value, given
}

// Names are the operands as text.
func (a Arguments) Names() []string {
	out := make([]string, len(a.Operands))
	for k, w := range a.Operands {
		out[k] = w.Value
	}
	return out
}

// HoldsOptions reports whether a word is a variable that, by its name, holds
// options.
func HoldsOptions(w dockerfile.Word) bool { return optionsVariable().MatchString(w.Raw) }

var optionsVariable = text.Regexp(`^"?\$\{?\w*(?i:opts?|flags?|args?|options)\}?"?$`)
