package checklist

import (
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/workflow"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// has is shown by an object of one of the kinds.
func has(kinds ...string) func(*fixer.File) bool {
	return func(f *fixer.File) bool {
		return slices.ContainsFunc(f.Objects, func(o *kube.Object) bool { return slices.Contains(kinds, o.Kind) })
	}
}

// enforces reports whether a file has a Namespace that refuses pods by their Pod Security level.
func enforces(f *fixer.File) bool {
	return slices.ContainsFunc(f.Objects, func(o *kube.Object) bool {
		level := o.Node.Get("metadata").Get("labels").Get("pod-security.kubernetes.io/enforce").Text()
		return o.Kind == "Namespace" && (level == "restricted" || level == "baseline")
	})
}

// aboutImages is what a policy says that looks at images.
var aboutImages = text.Regexp(`(?i)\bimages?\b|verifyImages`)

// admitsImages reports whether a file has a policy that refuses images.
func admitsImages(f *fixer.File) bool {
	return slices.ContainsFunc(f.Objects, func(o *kube.Object) bool {
		switch o.Kind {
		case "ImageValidatingPolicy", "NamespacedImageValidatingPolicy", "ClusterImagePolicy", "K8sAllowedRepos":
			return true
		case "ValidatingAdmissionPolicy", "ValidatingPolicy", "NamespacedValidatingPolicy":
			return aboutImages().Match(f.Data[o.Node.Start:o.Node.End])
		case "ClusterPolicy", "Policy": // of Kyverno; other groups have kinds of these names
			return strings.HasPrefix(o.APIVersion, "kyverno.io/") && aboutImages().Match(f.Data[o.Node.Start:o.Node.End])
		}
		return false
	})
}

// checksHealth reports whether a file has a health check or a probe that is on.
func checksHealth(f *fixer.File) bool {
	switch {
	case f.Dockerfile != nil:
		health := f.Dockerfile.Final().Healthcheck()
		return health.At != nil && !strings.EqualFold(strings.TrimSpace(health.At.Args.Raw), "none")
	case f.Compose != nil:
		for _, doc := range f.YAML.Docs {
			for _, service := range doc.Root.Get("services").All() {
				if check := service.Get("healthcheck"); check.Get("test") != nil && !check.Get("disable").IsTrue() {
					return true
				}
			}
		}
	}
	return slices.ContainsFunc(f.Objects, func(o *kube.Object) bool {
		w := o.Workload()
		return w != nil && slices.ContainsFunc(w.Containers(), func(c kube.Container) bool {
			return c.Node.Get("livenessProbe") != nil || c.Node.Get("readinessProbe") != nil
		})
	})
}

// The commands of pipelines that look for vulnerabilities in images, and those that sign them.
var (
	scanCommand = text.Regexp(`\btrivy\b[^|&;]*\s(image|i)\s|\bgrype\b|\bsnyk\s+container\b|\bdocker[ -]scout\b|\bContainer-Scanning\b|\bcontainer_scanning\b`)
	ofFiles     = text.Regexp(`\bgrype\s[^|&;]*(dir:|\s\.)|\bgrype\s+(version|db)\b`)
	signCommand = text.Regexp(`\bcosign\b[^|&;]*\s(sign|attest)\s|\bnotation\s+sign\b|\bdocker\s+trust\s+sign\b`)
	verify      = text.Regexp(`\bcosign\b[^|&;]*\sverify(-attestation)?\s`)
)

// scansImages reports whether a pipeline looks for vulnerabilities in an image. A scan of
// source files is none.
func scansImages(f *fixer.File) bool {
	return uses(f, func(u *workflow.Use, with *yamldoc.Node) bool {
		switch strings.ToLower(u.Repository()) {
		case "aquasecurity/trivy-action":
			kind := with.Get("scan-type").Text()
			return kind == "" || kind == "image"
		case "anchore/scan-action":
			return with.Get("path") == nil
		case "snyk/actions":
			return u.Sub == "docker"
		case "docker/scout-action":
			return true
		}
		return false
	}) || says(f, func(line string) bool { return scanCommand().MatchString(line) && !ofFiles().MatchString(line) })
}

// signsImages reports whether a pipeline signs an image. A signature of a file is none, and
// neither is a tool that is there to verify others.
func signsImages(f *fixer.File) bool {
	verifies := says(f, verify().MatchString)
	return says(f, signCommand().MatchString) || uses(f, func(u *workflow.Use, with *yamldoc.Node) bool {
		switch strings.ToLower(u.Repository()) {
		case "actions/attest", "actions/attest-build-provenance", "actions/attest-sbom":
			return with.Get("subject-path") == nil
		case "sigstore/cosign-installer":
			return !verifies
		case "notaryproject/notation-action":
			return u.Sub == "sign"
		case "docker/github-builder":
			return true
		case "slsa-framework/slsa-github-generator":
			return strings.Contains(u.Sub, "container")
		}
		return false
	})
}

// uses reports whether a workflow uses an action, with what it is given, of which this is true.
func uses(f *fixer.File, is func(u *workflow.Use, with *yamldoc.Node) bool) bool {
	if f.Workflow == nil {
		return false
	}
	return slices.ContainsFunc(f.Workflow.Uses, func(u *workflow.Use) bool {
		step := f.YAML.Docs[u.Doc].Root.At(u.Path[:len(u.Path)-1])
		return !u.Local() && is(u, step.Get("with"))
	})
}

// says reports whether a pipeline has a line of which this is true, without its comment.
func says(f *fixer.File, is func(line string) bool) bool {
	if f.Kind != fixer.Workflow {
		return false
	}
	for line := range strings.Lines(string(f.Data)) {
		code, _, _ := strings.Cut(line, " #")
		if code = strings.TrimSpace(code); !strings.HasPrefix(code, "#") && !strings.Contains(code, "uses:") && is(code+" ") {
			return true
		}
	}
	return false
}
