package compose

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed no_healthcheck.md
var noHealthcheckDoc string

// NoHealthcheck reports services whose image is known to answer a health check and that
// have none.
var NoHealthcheck = &fixer.Rule{
	Name:     "compose/no-healthcheck",
	Title:    "no health check",
	Severity: fixer.Low,
	Kind:     fixer.Compose,
	Phase:    fixer.Resources,
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "5.27"},
		{Source: fixer.KICSCompose, ID: "698ed579-b239-4f8f-a388-baa4bcb13ef8", Title: "Healthcheck Not Set"},
	},
	Doc: noHealthcheckDoc,
	Check: func(p *fixer.Pass) {
		if compose.IsOverride(p.File.Path) {
			return // what it leaves out says nothing
		}
		for _, v := range services(p) {
			checkHealth(p, v)
		}
	},
}

func checkHealth(p *fixer.Pass, v compose.View) {
	profile := container.OfService(p, v)
	if off := disabledHealth(v); off.Node != nil {
		reportDisabled(p, v, off, profile)
		return
	}
	e := profile.Program()
	if e == nil || e.ByName || profile.BuiltHere() || !v.Setting("healthcheck").Node.Null() || profile.HasHealthcheck().Value {
		return
	}
	test, ok := healthTest(container.FromService(p, v), e)
	if !ok || unwritable(v, "healthcheck") != "" || len(v.Reached("healthcheck")) > 0 {
		return
	}
	f := fixer.Finding{
		Message:  fmt.Sprintf("Service %q has no health check: Docker cannot tell whether it still responds", v.Name),
		Evidence: []fixer.Evidence{fixer.ImageEvidence(e.Evidence(image.FieldHealthcheck))},
	}
	if says, ok := answersElsewhere(p, v, profile); ok {
		f.Evidence = append(f.Evidence, says)
		f.Advice = says.Text + ", so that the known check " + text.VisibleLine(strings.Join(test[1:], " ")) + " fails: write another healthcheck"
	} else {
		check := yamldoc.Map{
			{Key: "test", Value: test}, {Key: "interval", Value: "10s"}, {Key: "timeout", Value: "5s"}, {Key: "retries", Value: 5},
		}
		if !ofStack.Of(p) || stackTakes(p, 4) {
			check = append(check, yamldoc.Pair{Key: "start_period", Value: "30s"})
		}
		f.Fixes = []fixer.Fix{{
			ID: "healthcheck", Title: "Add a health check: " + text.VisibleLine(strings.Join(test[1:], " ")), Level: fixer.Review,
			Breaks: "The container is reported as unhealthy if it listens elsewhere than usual or needs longer than 30 seconds to start",
			Verify: v.CLI() + " up -d --wait " + text.ShellWord(v.Name) + "\nends without an error: the service is healthy",
			Edit: func(d *fixer.Draft) error {
				return set(d, v, "healthcheck", check)
			},
		}}
	}
	report(p, v, nil, f)
}

// healthTest returns the check that works in a service: that of its image, without what
// asks for variables that the service does not set. ok is false where the service starts
// something else, where the answer depends on its pages, and where nothing shows that the
// software was told to answer.
func healthTest(spec *container.Spec, e *image.Entry) (test []string, ok bool) {
	if len(e.Healthcheck.Test) < 2 || spec.Entrypoint != nil || !startsProgram(spec.Command, e) || spec.Holds(e.Healthcheck.When) != container.Yes {
		return nil, false
	}
	for _, word := range e.Healthcheck.Test {
		word = unsetOption().ReplaceAllStringFunc(word, func(option string) string {
			name := unsetOption().FindStringSubmatch(option)[1]
			for _, v := range spec.Env {
				if v.Name == name {
					return option
				}
			}
			return ""
		})
		if strings.Contains(word, "://") && !e.Verified(image.FieldHealthcheck) {
			return nil, false
		}
		test = append(test, word)
	}
	return test, true
}

// unsetOption matches an option whose value is a variable of the container.
var unsetOption = text.Regexp(` -\w "\$\$(\w+)"`)

// startsProgram reports whether a command starts the software of the image: it is left to
// the image, only adds options, or names the software.
func startsProgram(command []string, e *image.Entry) bool {
	if len(command) == 0 {
		return command == nil
	}
	first := command[0]
	if slices.Contains(command, "--sentinel") || strings.Contains(first, "sentinel") {
		return false // it watches servers, on another port
	}
	return strings.HasPrefix(first, "-") || strings.Contains(first, e.ID) || strings.HasSuffix(first, "d") && strings.Contains(e.ID+" mysqld", strings.TrimSuffix(first, "d"))
}

// disabledHealth returns the setting by which a service turns the check of its image off.
func disabledHealth(v compose.View) compose.Setting {
	if s := v.Field("healthcheck", "disable"); isOn(s) {
		return s
	}
	if s := v.Field("healthcheck", "test"); isNone(s.Node) {
		return s
	}
	return compose.Setting{}
}

// isNone reports whether a test is the word that turns health checks off.
func isNone(test *yamldoc.Node) bool {
	words := texts(test)
	return len(words) == 1 && words[0] == "NONE"
}

// reportDisabled reports a check that is turned off. Who turned it off had a reason, so that
// each fix is for a person to choose.
func reportDisabled(p *fixer.Pass, v compose.View, off compose.Setting, profile *container.Profile) {
	f := fixer.Finding{
		Path:    v.Service.Path.Join("healthcheck").String(),
		Message: fmt.Sprintf("Service %q turns off health checks: Docker cannot tell whether it still responds", v.Name),
		Advice:  "Write a healthcheck that works for this service, or suppress this finding with the reason",
	}
	known, e := profile.HasHealthcheck(), profile.Program()
	var title string
	var test []string
	switch written := v.Field("healthcheck", "test"); {
	case !written.Node.Null() && !isNone(written.Node):
		title = "Use the health check at " + placeOf(written)
	case known.Value:
		f.Message = fmt.Sprintf("Service %q turns off the health check of its image", v.Name)
		f.Advice = "Remove the setting if the check of the image works for this service. Otherwise write a healthcheck that does, or suppress this finding with the reason"
		f.Evidence = []fixer.Evidence{known.Evidence}
		title = "Use the health check of the image"
	case e != nil && !e.ByName && !profile.BuiltHere():
		var ok bool
		if _, other := answersElsewhere(p, v, profile); other {
			break
		}
		if test, ok = healthTest(container.FromService(p, v), e); ok {
			f.Evidence = []fixer.Evidence{fixer.ImageEvidence(e.Evidence(image.FieldHealthcheck))}
			title = "Set the health check: " + text.VisibleLine(strings.Join(test[1:], " "))
		}
	}
	if title != "" && off.Own && off.Variable() == "" && unwritable(v, "healthcheck") == "" && len(v.Reached("healthcheck")) == 0 {
		f.Fixes = []fixer.Fix{enableFix(v, test, title)}
	}
	report(p, v, own(off), f)
}

// enableFix turns health checks on again, with a test that it writes or one that is there.
// Intervals that are set stay.
func enableFix(v compose.View, test []string, title string) fixer.Fix {
	at, all := v.Path.Join("healthcheck"), v.Node.Own("healthcheck")
	disabled, given := all.Own("disable"), all.Own("test")
	var ops []yamldoc.Op
	if test != nil {
		ops = append(ops, yamldoc.Set(at.Join("test"), test))
	} else if isNone(given) {
		ops = append(ops, yamldoc.Remove(given.Path()))
	}
	if disabled != nil {
		ops = append(ops, yamldoc.Remove(disabled.Path()))
	}
	if test == nil && len(ops) == all.Len() && !replacing(all) {
		ops = []yamldoc.Op{yamldoc.Remove(at)}
	}
	return fixer.Fix{
		ID: "enable", Title: title, Level: fixer.Manual,
		Breaks: "The container is reported as unhealthy if the reason to turn the check off still holds",
		Verify: v.CLI() + " up -d --wait " + text.ShellWord(v.Name) + "\nends without an error: the service is healthy",
		Edit:   fixer.EditYAML(v.Doc, ops...),
	}
}
