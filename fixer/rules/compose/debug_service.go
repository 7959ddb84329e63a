package compose

import (
	_ "embed"
	"errors"
	"fmt"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
)

//go:embed debug_service.md
var debugServiceDoc string

// DebugService reports admin tools that start together with the application.
var DebugService = &fixer.Rule{
	Name:     "compose/debug-service",
	Title:    "admin tool starts with the application",
	Severity: fixer.Low,
	Kind:     fixer.Compose,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.OWASPDocker, ID: "rule 5"},
		{Source: fixer.DockerDocs, ID: "profiles", Link: "https://docs.docker.com/compose/how-tos/profiles/"},
		attackPublicFacing,
	},
	Params: []fixer.Param{paramProfile},
	Doc:    debugServiceDoc,
	Check: func(p *fixer.Pass) {
		if forDevelopment().MatchString(p.File.Path) {
			return
		}
		all := services(p)
		application := false
		for _, v := range all {
			switch container.OfService(p, v).Known.Purpose() {
			case image.PurposeData, image.PurposeConsole, image.PurposeManagement:
			default:
				application = true
			}
		}
		for _, v := range all {
			if !application || container.OfService(p, v).Known.Purpose() != image.PurposeConsole || len(v.List("profiles")) > 0 || used(all, v) {
				continue
			}
			reportDebugService(p, v, all)
		}
	},
}

var paramProfile = fixer.Param{
	Name: "profile", Meaning: "name of the Compose profile that starts the service", Default: "debug", Validate: func(s string) error {
		if !profileName().MatchString(s) {
			return errors.New("use letters, digits, dots, dashes and underscores")
		}
		return nil
	},
}

var (
	profileName    = text.Regexp(`^[a-zA-Z0-9][a-zA-Z0-9_.-]*$`)
	forDevelopment = text.Regexp(`(?i)(^|[-_./])(dev|devel|development|devcontainer|local|override|debug|tests?|testing|ci)([-_./]|$)`)
)

// used reports whether another service names this one among its settings, so that it
// serves the application.
func used(all []compose.View, v compose.View) bool {
	name := func(s string) bool {
		at := strings.Index(s, v.Name)
		return at >= 0 && !strings.ContainsAny(s[at+len(v.Name):min(len(s), at+len(v.Name)+1)], "abcdefghijklmnopqrstuvwxyz0123456789-_") && (at == 0 || strings.ContainsAny(s[at-1:at], "/@= ,"))
	}
	for _, other := range all {
		if other.Name == v.Name {
			continue
		}
		for _, pair := range other.Pairs("environment") {
			if name(pair.Value) {
				return true
			}
		}
		for _, key := range []string{"command", "entrypoint"} {
			s := other.Setting(key)
			for _, word := range append(s.Node.Texts(), s.Node.Text()) {
				if name(word) {
					return true
				}
			}
		}
	}
	return false
}

func reportDebugService(p *fixer.Pass, v compose.View, all []compose.View) {
	f := fixer.Finding{
		Message:  fmt.Sprintf("Service %q is an admin tool and starts together with the application", v.Name),
		Evidence: []fixer.Evidence{{Kind: fixer.FromTable, Text: container.OfService(p, v).Known.Ref.Familiar() + " " + purposes[image.PurposeConsole].says}},
	}
	switch dependent := dependsOn(all, v.Name); {
	case dependent != "":
		f.Advice = fmt.Sprintf("Remove the service from depends_on of %q, then give it a profile such as debug", dependent)
	case unwritable(v, "profiles") != "":
		f.Advice = unwritable(v, "profiles")
	default:
		f.Fixes = []fixer.Fix{{
			ID:     "profile",
			Title:  "Start the service only with the profile " + paramProfile.Default,
			Level:  fixer.Review,
			Breaks: "Users who expect docker compose up to start the tool: they need docker compose --profile debug up",
			Params: []fixer.Param{paramProfile},
			Verify: v.CLI() + " config --services\ndoes not list " + text.VisibleLine(v.Name),
			Edit:   func(d *fixer.Draft) error { return add(d, v, "profiles", d.Param("profile")) },
		}}
	}
	report(p, v, nil, f)
}

// dependsOn returns a service that waits for another one, "" for none.
func dependsOn(all []compose.View, name string) string {
	for _, other := range all {
		for _, pair := range other.Pairs("depends_on") {
			if pair.Name == name {
				return other.Name
			}
		}
		for _, key := range []string{"network_mode", "pid", "ipc"} {
			if other.Text(key) == "service:"+name {
				return other.Name
			}
		}
		for _, key := range []string{"links", "volumes_from"} {
			for _, s := range other.List(key) {
				if entry, _, _ := strings.Cut(s.Node.Text(), ":"); entry == name {
					return other.Name
				}
			}
		}
	}
	return ""
}
