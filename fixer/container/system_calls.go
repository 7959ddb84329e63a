package container

import (
	"slices"
	"strings"

	"oakum/fixer"
	"oakum/fixer/text"
)

// deniedCalls are the uses of system calls that the default seccomp profile of
// runtimes denies to a process without the capability for them, by the words that
// show them: in what is started, in variables, and in the name of the image.
var deniedCalls = []struct {
	what  string
	words func(string) bool
}{
	{"browsers sandbox their pages in user namespaces", matcher(`(?i)(^|[^a-z])(google-chrome|chrome|chromium|chromedriver|puppeteer|playwright|selenium|browserless|electron|wkhtmltopdf)([^a-z]|$)`)},
	{"building or running containers without root takes user namespaces", matcher(`(?i)(^|[^a-z])(buildkit|buildkitd|buildah|podman|rootlesskit|dind|sysbox|nestybox)([^a-z]|$)`)},
	{"sandboxes are made of user namespaces", matcher(`(?i)(^|[^a-z])(bwrap|bubblewrap|nsjail|firejail|flatpak|unshare|nsenter)([^a-z]|$)`)},
	{"tracing reads the kernel's events", matcher(`(?i)(^|[^a-z])(bpftrace|ebpf|bcc|perf_event|criu|systemtap)([^a-z]|$)`)},
	{"io_uring is not among the calls that it allows", matcher(`(?i)io[_-]uring`)},
}

func matcher(expression string) func(string) bool {
	e := text.Regexp(expression)
	return func(s string) bool { return e().MatchString(s) }
}

// FilterSystemCalls decides whether the default seccomp profile of the runtime can
// be set. It is Docker's own default, so that most of what runs in containers was
// made under it; what it denies are the calls of kernels, sandboxes and tracers.
func (s *Spec) FilterSystemCalls() Decision {
	d := Decision{Level: fixer.Safe}
	if strong := slices.DeleteFunc(slices.Clone(s.Add), func(name string) bool { return slices.Contains(BaselineCapabilities, name) }); len(strong) > 0 {
		d.Level, d.Breaks = fixer.Review, "it works with the kernel by "+joined(strong)+", and may use calls that the profile denies"
		d.Evidence = append(d.Evidence, s.says("it adds "+joined(strong)))
	}
	told := slices.Concat([]string{s.Image.Name}, s.Entrypoint, s.Command)
	for _, v := range s.Env {
		told = append(told, v.Name+"="+v.Value)
	}
	for _, denied := range deniedCalls {
		if i := slices.IndexFunc(told, denied.words); i >= 0 {
			d.Level, d.Breaks = fixer.Review, denied.what+", which the profile denies to processes without SYS_ADMIN"
			word := "its command or variables name such a program"
			if i == 0 {
				word = "the name of its image, " + s.Image.Name + ", is that of such a program"
			}
			if strings.HasPrefix(denied.what, "io_uring") {
				d.Breaks = denied.what
			}
			d.Evidence = append(d.Evidence, s.says(denied.what+"; "+word))
			break
		}
	}
	return d
}
