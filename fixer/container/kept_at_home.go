package container

import (
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

// A homeKeeper is a program that writes its settings or what it downloads to the home directory
// of who starts it, and does not work where it cannot.
type homeKeeper struct {
	at        []string        // below that directory
	verbs     map[string]bool // with which it writes; nil for all
	options   map[string]bool // that name another directory
	variables map[string]bool // likewise
}

var homeKeepers = map[string]homeKeeper{
	"mc":     {[]string{".mc"}, nil, text.WordSet("-C --config-dir"), text.WordSet("MC_CONFIG_DIR")},
	"mcli":   {[]string{".mc"}, nil, text.WordSet("-C --config-dir"), text.WordSet("MC_CONFIG_DIR")},
	"gcloud": {[]string{".config/gcloud"}, nil, nil, text.WordSet("CLOUDSDK_CONFIG")},
	"az":     {[]string{".azure"}, nil, nil, text.WordSet("AZURE_CONFIG_DIR")},
	"aws":    {[]string{".aws"}, text.WordSet("configure"), nil, text.WordSet("AWS_CONFIG_FILE AWS_SHARED_CREDENTIALS_FILE")},
	"docker": {[]string{".docker"}, text.WordSet("login buildx"), text.WordSet("--config"), text.WordSet("DOCKER_CONFIG")},
	"helm": {[]string{".cache/helm", ".config/helm"}, text.WordSet("repo dependency dep pull install upgrade template registry plugin"), nil,
		text.WordSet("HELM_CACHE_HOME HELM_REPOSITORY_CACHE XDG_CACHE_HOME")},
	"ansible":          {[]string{".ansible"}, nil, nil, text.WordSet("ANSIBLE_LOCAL_TEMP ANSIBLE_HOME")},
	"ansible-playbook": {[]string{".ansible"}, nil, nil, text.WordSet("ANSIBLE_LOCAL_TEMP ANSIBLE_HOME")},
	"ansible-galaxy":   {[]string{".ansible"}, nil, text.WordSet("-p --roles-path --collections-path"), text.WordSet("ANSIBLE_HOME")},
	"ansible-pull":     {[]string{".ansible"}, nil, nil, text.WordSet("ANSIBLE_HOME")},
	"trivy":            {[]string{".cache/trivy"}, nil, text.WordSet("--cache-dir --server"), text.WordSet("TRIVY_CACHE_DIR TRIVY_SERVER XDG_CACHE_HOME")},
	"grype":            {[]string{".cache/grype"}, nil, nil, text.WordSet("GRYPE_DB_CACHE_DIR XDG_CACHE_HOME")},
	"argocd":           {[]string{".config/argocd"}, text.WordSet("login"), text.WordSet("--config"), text.WordSet("ARGOCD_CONFIG_DIR XDG_CONFIG_HOME")},
	"uv":               {[]string{".cache/uv"}, text.WordSet("run sync pip tool"), text.WordSet("--no-cache -n --cache-dir"), text.WordSet("UV_CACHE_DIR UV_NO_CACHE XDG_CACHE_HOME")},
	"uvx":              {[]string{".cache/uv"}, nil, text.WordSet("--no-cache -n --cache-dir"), text.WordSet("UV_CACHE_DIR UV_NO_CACHE XDG_CACHE_HOME")},
}

// keepsAtHome notes where a command of the container writes its settings, as places for
// which empty ones will do. It returns the place where nothing says which directory is
// the home of its user, and whether it is that of root, who starts it where nothing tells
// another user.
func (s *Spec) keepsAtHome(c build.Command, e *effect) (unknown string, ofRoot bool) {
	k, ok := homeKeepers[c.Program]
	if verb, _ := c.Subcommand(); !ok || k.verbs != nil && !k.verbs[verb] {
		return "", false
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
	if home == "" && s.Image.BuiltHere() && path.IsAbs(s.Image.Env("HOME").Value) {
		home = s.Image.Env("HOME").Value
	}
	for name := range k.variables {
		elsewhere = elsewhere || c.Sets(name) || s.Image.BuiltHere() && s.Image.Env(name).Value != ""
	}
	user, _ := s.StartsAs()
	if home == "" && user.IsRoot() && (e.run.User == "" || e.run.asRoot()) {
		home, ofRoot = "/root", true
	}
	switch {
	case elsewhere || c.Has("--help", "--version"):
		return "", false
	case home == "":
		return "~/" + k.at[0], !notRoot(user)
	}
	for _, at := range k.at {
		e.scratch = append(e.scratch, path.Join(home, at))
	}
	return "", ofRoot
}
