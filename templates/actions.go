package templates

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"
)

// An action is one of GitHub, or a reusable workflow, at the commit of a version.
type action struct{ version, commit string }

//go:embed actions.txt
var actionsTable string

// actions are those of the table by name, and the day on which they were the newest.
var actions = sync.OnceValues(func() (map[string]action, string) {
	out, date := map[string]action{}, ""
	for line := range strings.Lines(actionsTable) {
		switch words := strings.Fields(line); {
		case len(words) == 0 || words[0] == "#":
		case words[0] == "date":
			date = words[1]
		default:
			out[words[0]] = action{words[1], words[2]}
		}
	}
	return out, date
})

// ActionsDate is the day on which the actions of pipelines were the newest.
func ActionsDate() string {
	_, date := actions()
	return date
}

// pinned writes an action at its commit, with the version as a comment, which update bots
// keep in step.
func pinned(name string) (string, error) {
	list, _ := actions()
	a, ok := list[name]
	if !ok {
		return "", fmt.Errorf("no action %s in the table", name)
	}
	return name + "@" + a.commit + " # v" + a.version, nil
}

// scanners are the versions of the vulnerability scanners, and of the linter: always a
// version, because what an action takes by default can change.
var scanners = map[string]string{"trivy": "0.70.0", "grype": "0.119.0", "snyk": "1.1307.4", "hadolint": "2.14.0"}

// engine is the version of Docker in pipelines of GitLab.
const engine = "29.7"
