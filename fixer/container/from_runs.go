package container

import (
	"cmp"
	"strings"

	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// serviceRuns returns what a Compose service has run besides its start: its health
// check, its hooks, and what other containers run in it.
func serviceRuns(v compose.View) []Run {
	var out []Run
	add := func(what string, s compose.Setting, n *yamldoc.Node, dir string, as *yamldoc.Node) {
		if n.Null() {
			return
		}
		r := Run{What: what, Place: place(s.File, n.Line), Dir: dir}
		r.User, _ = compose.Expand(as.Get("user").Text())
		r.Privileged, _ = compose.Setting{Node: as.Get("privileged")}.Bool()
		switch words := unescaped(n.Texts()); {
		case len(words) == 0 && n.Text() == "", len(words) > 0 && words[0] == "NONE":
			return
		case len(words) == 0: // a hook's text is split, a health check's is for a shell
			if r.Text = strings.ReplaceAll(n.Text(), "$$", "$"); what != healthCheck {
				r.Text, r.Words = "", splitWords(n.Text())
			}
		case words[0] == "CMD-SHELL" && len(words) > 1:
			r.Text = words[1]
		case words[0] == "CMD":
			r.Words = words[1:]
		default:
			r.Words = words
		}
		out = append(out, NewRun(r))
	}
	dir, _ := compose.Expand(v.Setting("working_dir").Node.Text())
	if off, _ := v.Field("healthcheck", "disable").Bool(); !off {
		check := v.Field("healthcheck", "test")
		add(healthCheck, check, check.Node, dir, nil)
	}
	for _, label := range v.Pairs("labels") {
		if runByLabel().MatchString(label.Name) {
			r := Run{What: "the label " + label.Name, Place: place(label.File, label.Node.Line), Words: splitWords(label.Value), Dir: dir}
			if job, ok := strings.CutSuffix(label.Name, ".command"); ok { // ofelia's default is root
				r.User = "root"
				for _, other := range v.Pairs("labels") {
					if other.Name == job+".user" {
						r.User = other.Value
					}
				}
			}
			out = append(out, NewRun(r))
		}
	}
	for _, watch := range v.Nested("develop", "watch") {
		exec := watch.Node.Get("exec")
		add("docker compose watch", watch, exec.Get("command"), cmp.Or(exec.Get("working_dir").Text(), dir), exec)
	}
	for _, key := range []string{"post_start", "pre_stop"} {
		for _, hook := range v.List(key) {
			at := dir
			if own := hook.Node.Get("working_dir").Text(); own != "" {
				at = own
			}
			add("the "+key+" hook", hook, hook.Node.Get("command"), at, hook.Node)
		}
	}
	return out
}

const healthCheck = "the health check"

// runByLabel matches the labels by which other containers are told to run a
// command in this one: the schedulers ofelia and chadburn, and docker-volume-backup.
var runByLabel = text.Regexp(`^(ofelia|chadburn)\.job-exec\..+\.command$|^docker-volume-backup\.(copy|archive|prune|process)-(pre|post)$`)

func unescaped(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = strings.ReplaceAll(w, "$$", "$")
	}
	return out
}

// podRuns returns what a container of a pod has run besides its start: probes and
// hooks. line gives the place of a node.
func podRuns(c kube.Container, line func(*yamldoc.Node) string) []Run {
	var out []Run
	add := func(what string, n *yamldoc.Node) {
		command := n.Get("exec").Get("command")
		if words := command.Texts(); len(words) > 0 {
			out = append(out, NewRun(Run{What: what, Place: line(command), Words: words, Dir: c.Node.Get("workingDir").Text()}))
		}
	}
	add("the liveness probe", c.Node.Get("livenessProbe"))
	add("the readiness probe", c.Node.Get("readinessProbe"))
	add("the startup probe", c.Node.Get("startupProbe"))
	add("the postStart hook", c.Node.Get("lifecycle").Get("postStart"))
	add("the preStop hook", c.Node.Get("lifecycle").Get("preStop"))
	return out
}
