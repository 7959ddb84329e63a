package fixer

import (
	"path"
	"strings"

	"github.com/oakum-sec/oakum/fixer/buildcontext"
)

// Kind says how a file is read.
type Kind string

// The kinds of files oakum knows.
const (
	Dockerfile Kind = "dockerfile"
	Compose    Kind = "compose"
	Kubernetes Kind = "kubernetes"
	Kustomize  Kind = "kustomize"
	Helm       Kind = "helm"

	// Dockerignore files say what a build is not sent. Nothing is found in
	// them; findings about what they lack lie in the Dockerfile.
	Dockerignore Kind = "dockerignore"

	// Workflow files say what a CI platform runs: workflows and actions of GitHub,
	// pipelines of GitLab.
	Workflow Kind = "workflow"

	// Updates files configure a bot that keeps dependencies fresh, Renovate or
	// Dependabot. Nothing is found in them; findings about what they leave out lie
	// in the files that have the pins.
	Updates Kind = "updates"

	// Project files say what an application is made of, and how it is built and
	// started: package.json, go.mod, requirements.txt. Nothing is found in them, and of
	// them only configuration files of servers are changed, where a port moves.
	Project Kind = "project"

	// Environment files give values to the variables of Compose files: .env, and
	// others that people use in its place. Their data is names alone, and of values the
	// host and port of a server: no other value is kept.
	Environment Kind = "environment"

	// ServiceEnvironment files give a Compose service its variables (env_file). Their
	// data is as that of Environment files.
	ServiceEnvironment Kind = "service-environment"

	// GitIgnore files say what git leaves alone. Nothing is found in them.
	GitIgnore Kind = "gitignore"

	// SecretValue files hold one secret, for Compose to mount into a container. Fixes
	// make them; none is ever read.
	SecretValue Kind = "secret"

	// Policy files are source policies of BuildKit, which can give an image that a
	// Dockerfile names its digest.
	Policy Kind = "policy"
)

// Checked reports whether findings can be in files of the kind. An ignore file, the
// configuration of a bot, an environment file, a source policy and the files of a
// project are evidence about others.
func (k Kind) Checked() bool {
	switch k {
	case Dockerignore, GitIgnore, Updates, Environment, ServiceEnvironment, SecretValue, Policy, Project:
		return false
	}
	return true
}

// IsLines reports whether files of the kind are lines that stand for themselves, which
// a fix can only add to.
func (k Kind) IsLines() bool { return k == Dockerignore || k == GitIgnore || k == Environment }

// Secret reports whether files of the kind have values that are not shown.
func (k Kind) Secret() bool { return k == Environment || k == ServiceEnvironment || k == SecretValue }

// Manifests is the kind of a rule, not of a file: it looks at every Compose file
// and every file of Kubernetes.
const Manifests Kind = "manifests"

// A Skip says why a file that was found is not looked into. It is a state of
// that file, shown to the person, and never ends a run.
type Skip struct {
	Code   SkipCode
	Reason string // a sentence for people, lower case, no full stop
}

// SkipCode classifies a [Skip]; the codes are stable and part of JSON output.
type SkipCode string

// The reasons for which a file is skipped.
const (
	SkipUnreadable SkipCode = "unreadable" // no permission, vanished, read error
	SkipIrregular  SkipCode = "irregular"  // a FIFO, socket, device or directory of that name
	SkipTooLarge   SkipCode = "too-large"  // over the size cap
	SkipBinary     SkipCode = "binary"     // NUL bytes
	SkipEncoding   SkipCode = "encoding"   // not UTF-8
	SkipEmpty      SkipCode = "empty"      // nothing in it
	SkipSyntax     SkipCode = "syntax"     // does not parse
	SkipTemplate   SkipCode = "template"   // template syntax outside a known tool
	SkipHelm       SkipCode = "helm"       // part of a Helm chart
	SkipKustomize  SkipCode = "kustomize"  // a kustomization or a partial patch
	SkipSymlink    SkipCode = "symlink"    // leads out of the root, or in a circle
)

// A Source is a file as discovery found it, before any parse. Exactly one of
// Data and Skip says what to do with it; a skipped file may still carry Data.
type Source struct {
	Path string // relative to the root, with forward slashes
	Kind Kind
	Data []byte
	Skip *Skip

	// Generated says why the file is taken for one that a tool writes: what is
	// changed here is lost when it does so again. "" for all others.
	Generated string

	// Context marks a file that was not selected and is read as evidence
	// only: nothing in it is reported or changed.
	Context bool

	// Git says whether git tracks the file. It is asked about environment files alone.
	Git buildcontext.GitState
}

// A Name is a file or directory that exists, whether or not it is a [Source].
type Name = buildcontext.Name

// Beside reports whether one of two files lies in the directory of the other, or
// below it.
func Beside(a, b string) bool {
	in := func(dir, file string) bool { return dir == "." || strings.HasPrefix(file, dir+"/") }
	return in(path.Dir(a), b) || in(path.Dir(b), a)
}
