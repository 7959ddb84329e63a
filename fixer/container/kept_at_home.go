package container

import (
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

// A homeKeeper is a client that writes its settings to the home directory of who starts it,
// and does not work where it cannot.
type homeKeeper struct {
	at        string          // below that directory
	verbs     map[string]bool // with which it writes; nil for all
	options   map[string]bool // that name another directory
	variables map[string]bool // likewise
}

var homeKeepers = map[string]homeKeeper{
	"mc":     {".mc", nil, text.WordSet("-C --config-dir"), text.WordSet("MC_CONFIG_DIR")},
	"mcli":   {".mc", nil, text.WordSet("-C --config-dir"), text.WordSet("MC_CONFIG_DIR")},
	"gcloud": {".config/gcloud", nil, nil, text.WordSet("CLOUDSDK_CONFIG")},
	"az":     {".azure", nil, nil, text.WordSet("AZURE_CONFIG_DIR")},
	"aws":    {".aws", text.WordSet("configure"), nil, text.WordSet("AWS_CONFIG_FILE AWS_SHARED_CREDENTIALS_FILE")},
	"docker": {".docker", text.WordSet("login buildx"), text.WordSet("--config"), text.WordSet("DOCKER_CONFIG")},
}

// keepsAtHome notes where a command of the container writes its settings, as a place for
// which an empty one will do. It returns the place where nothing says which directory is
// the home of its user.
func (s *Spec) keepsAtHome(c build.Command, e *effect) (unknown string) {
	k, ok := homeKeepers[c.Program]
	if verb, _ := c.Subcommand(); !ok || k.verbs != nil && !k.verbs[verb] {
		return ""
	}
	elsewhere := slices.ContainsFunc(c.Args(), func(w dockerfile.Word) bool {
		name, _, _ := strings.Cut(w.Value, "=")
		return k.options[name]
	})
	home := ""
	for _, v := range s.Env {
		elsewhere = elsewhere || k.variables[v.Name]
		if v.Name == "HOME" && v.Known && path.IsAbs(v.Value) {
			home = v.Value
		}
	}
	for name := range k.variables {
		elsewhere = elsewhere || c.Sets(name)
	}
	if user, _ := s.StartsAs(); home == "" && user.IsRoot() && (e.run.User == "" || e.run.asRoot()) {
		home = "/root"
	}
	switch {
	case elsewhere || c.Has("--help", "--version"):
		return ""
	case home == "":
		return "~/" + k.at
	}
	e.scratch = append(e.scratch, path.Join(home, k.at))
	return ""
}
