package compose

import (
	"fmt"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// Fixes of this file are for a person to choose: nothing in the files says what the service
// needs, and the rewrite is exact all the same.

// withoutEntry removes an entry that the service itself writes in a list, and the list with
// its last entry. ok is false where it is written elsewhere.
func withoutEntry(v compose.View, key string, s compose.Setting) (ops []yamldoc.Op, ok bool) {
	list := v.Node.Own(key)
	if !s.Own || s.File != v.File || s.Node.Parent != list || len(list.Users()) > 0 {
		return nil, false
	}
	at := s.Node.Path()
	if list.Len() == 1 && !replacing(list) {
		at = v.Path.Join(key)
	}
	return inPlace(v, key, yamldoc.Remove(at)), true
}

// removeMount is the choice to do without a mount of the host.
func removeMount(v compose.View, m compose.Mount, breaks string) []fixer.Fix {
	ops, ok := withoutEntry(v, "volumes", m.Setting)
	if !ok {
		return nil
	}
	return []fixer.Fix{{
		ID: "remove", Title: "Remove the mount of " + text.VisibleLine(sourceOf(m)), Level: fixer.Manual,
		Breaks: breaks,
		Verify: "docker inspect --format '{{range .Mounts}}{{.Source}}{{println}}{{end}}' \"$(" + v.CLI() + " ps -q " + text.ShellWord(v.Name) + ")\"\ndoes not list " + text.VisibleLine(m.Source) + ", and the service works as before",
		Edit:   fixer.EditYAML(v.Doc, ops...),
	}}
}

var paramCapabilities = fixer.Param{
	Name: "capabilities", Meaning: "capabilities that the service needs, separated by spaces or commas, or none", Validate: validCapabilities,
}

func validCapabilities(s string) error {
	for _, name := range container.ParseAddBack(s) {
		if !container.DockerKnowsCapability(name) || name != strings.ToUpper(name) {
			return fmt.Errorf("%q is not a capability; use names such as NET_ADMIN, or none", name)
		}
	}
	return nil
}

// chosenCapabilities are those of a privileged service that a person names: nothing else
// tells what it does on its host.
func chosenCapabilities(v compose.View) fixer.Fix {
	param := paramCapabilities.With(container.AddBackText(nil))
	param.Guess = true
	return fixer.Fix{
		ID: "capabilities", Title: "Replace privileged with cap_drop: [ALL] and the capabilities that you name", Level: fixer.Manual,
		Breaks: "What needs a capability that is not named, a device that is not listed under devices, or a system call that the default seccomp profile blocks",
		Verify: v.CLI() + " exec " + text.ShellWord(v.Name) + " grep CapBnd /proc/1/status\nprints a mask of the named capabilities alone\n\n" + verifyRestart(v),
		Params: []fixer.Param{param},
		Edit: func(d *fixer.Draft) error {
			d.YAML(v.Doc, inPlace(v, "privileged", yamldoc.Remove(v.Path.Join("privileged")))...)
			if !has(v.List("cap_drop"), isAll) {
				if err := add(d, v, "cap_drop", "ALL"); err != nil {
					return err
				}
			}
			var missing []string
			for _, name := range container.ParseAddBack(d.Param(param.Name)) {
				if !has(v.List("cap_add"), func(s string) bool { return strings.TrimPrefix(strings.ToUpper(s), "CAP_") == name }) {
					missing = append(missing, name)
				}
			}
			return add(d, v, "cap_add", missing...)
		},
	}
}
