package templates

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"
)

// pipeline are the directories with what the pipeline of the service has.
func (v view) pipeline() []string {
	var out []string
	switch v.Pipeline {
	case "github", "github-builder":
		out = append(out, v.Pipeline, "rescan")
	case "gitlab":
		out = append(out, v.Pipeline)
	}
	if v.Updates != "none" {
		out = append(out, v.Updates)
	}
	return out
}

// OnGitHub reports whether the pipeline is one of GitHub.
func (v view) OnGitHub() bool { return strings.HasPrefix(v.Pipeline, "github") }

// RegistryHost is where one logs in to push.
func (v view) RegistryHost() string {
	host, _, _ := strings.Cut(v.Registry, "/")
	return host
}

// OnGHCR and OnGitLab report whether the registry is one that the platform itself lets the
// pipeline into.
func (v view) OnGHCR() bool   { return v.RegistryHost() == "ghcr.io" }
func (v view) OnGitLab() bool { return v.RegistryHost() == "registry.gitlab.com" }

// RegistryUser and RegistryPassword are what a workflow of GitHub logs in with.
func (v view) RegistryUser() string {
	if v.OnGHCR() {
		return "${{ github.actor }}"
	}
	return "${{ vars.REGISTRY_USERNAME }}"
}

func (v view) RegistryPassword() string {
	if v.OnGHCR() {
		return "${{ secrets.GITHUB_TOKEN }}"
	}
	return "${{ secrets.REGISTRY_PASSWORD }}"
}

// Issuer and Subject say whose signature counts: that of the pipeline of the repository, on
// its branch or for a tag. They are scalars of YAML.
func (v view) Issuer() string {
	if v.OnGitHub() {
		return "https://token.actions.githubusercontent.com"
	}
	scheme, rest, _ := strings.Cut(v.repository(), "://")
	host, _, _ := strings.Cut(rest, "/")
	return scheme + "://" + host
}

func (v view) Subject() string {
	repository := regexp.QuoteMeta(v.repository())
	if v.OnGitHub() {
		return "'^" + repository + `/\.github/workflows/image\.yaml@refs/(heads/main|tags/v.+)$'`
	}
	return "'^" + repository + `//\.gitlab-ci\.yml@refs/(heads/main|tags/.+)$'`
}

// repository is the address of the repository that the pipeline is of, or what stands for it
// where that is not known.
func (v view) repository() string {
	switch known := strings.HasPrefix(v.Source, "https://"); {
	case v.OnGitHub() && !strings.HasPrefix(v.Source, "https://github.com/"):
		return "https://github.com/OWNER/REPOSITORY"
	case !v.OnGitHub() && (!known || strings.HasPrefix(v.Source, "https://github.com/")):
		return "https://gitlab.com/GROUP/PROJECT"
	}
	return strings.TrimSuffix(strings.TrimRight(v.Source, "/"), ".git")
}

// released is a program of a module at a version that was released.
var released = text.Regexp(`^[a-z0-9.-]+(/[A-Za-z0-9._-]+)+@v\d+\.\d+\.\d+$`)

// Checker is the program of oakum that the pipeline checks with, "" where it is of no release:
// nobody else could have it.
func (v view) Checker() string {
	if released().MatchString(v.Options.Checker) {
		return v.Options.Checker
	}
	return ""
}

// CheckerImage is the image in which a pipeline of GitLab runs it.
func (v view) CheckerImage() string {
	return v.Stack.image("golang:" + newest("go").Version + "-{codename}")
}

// Tools is the version of a tool that pipelines use.
func (v view) Tools(name string) (string, error) {
	if version, ok := scanners[name]; ok {
		return version, nil
	}
	return "", fmt.Errorf("no version of %s", name)
}

// Engine is the version of Docker in pipelines of GitLab.
func (v view) Engine() string { return engine }

// A scan is an image on the runner and what looks at it.
type scan struct{ Scanner, Version, Ref string }

func scanned(v view, ref string) scan { return scan{v.Scanner, scanners[v.Scanner], ref} }

// An Ecosystem is one that Dependabot updates.
type Ecosystem struct{ Name, Directory string }

// Ecosystems are those of the service.
func (v view) Ecosystems() []Ecosystem {
	out := []Ecosystem{{"docker", "/"}, {"docker-compose", "/"}}
	if v.OnGitHub() {
		out = append(out, Ecosystem{"github-actions", "/"})
	}
	if v.Stack.ecosystem != "" {
		out = append(out, Ecosystem{v.Stack.ecosystem, "/"})
	}
	return out
}
