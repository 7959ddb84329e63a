package discover

import (
	"bytes"
	"os"
	"path"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/disk"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// maxUpdates bounds what is read of the configuration of an update bot; no honest
// one is larger.
const maxUpdates = 1 << 20

// policyName is what a source policy of BuildKit is called here. BuildKit has no name for
// it: a build is told.
const policyName = "source-policy.json"

// packageJSON can hold a section for Renovate. Only the one at the root is looked
// into.
const packageJSON = "package.json"

// classifyPath looks at a path relative to the root. What a platform reads has its
// meaning by where it is; for all other files the name decides.
func classifyPath(p string) nameHint {
	if isUpdates(p) {
		return nameHint{kind: fixer.Updates, sure: true}
	}
	if path.Base(p) == policyName {
		return nameHint{kind: fixer.Policy, sure: true}
	}
	if isYAML(p) && isWorkflow(p) {
		return nameHint{kind: fixer.Workflow}
	}
	return classify(path.Base(p))
}

// isWorkflow knows the places of YAML files from which GitHub and GitLab take what
// they run. Parts of pipelines can be anywhere; these are the usual places.
func isWorkflow(p string) bool {
	dir, base := path.Split(strings.ToLower(p))
	stem, _ := cutExt(base)
	switch {
	case stem == "action", strings.HasSuffix(stem, ".gitlab-ci"):
		return true
	case dir == ".github/workflows/" || strings.HasSuffix(dir, "/.github/workflows/"):
		return true
	}
	return strings.HasPrefix(dir, ".gitlab/ci/") || strings.HasPrefix(dir, ".gitlab-ci/")
}

// runsSomething reports whether the content of such a file is what its place
// promises: jobs or, of an action, what it runs.
func runsSomething(p string, data []byte) bool {
	lower := strings.ToLower(p)
	gitLab := strings.HasPrefix(lower, ".gitlab") || strings.Contains(lower, ".gitlab-ci.")
	for _, o := range yamldoc.Outlines(data) {
		if !gitLab && (o.Has("jobs") || o.Has("runs")) {
			return true
		}
	}
	return gitLab && pipelineWords().Match(data)
}

// pipelineWords are keys of which a pipeline has one.
var pipelineWords = text.Regexp(`(?m)(?:^|[\s{,"'])(script|image|services|extends|trigger|include|stages|workflow)["']?\s*:`)

// templatedWorkflow says that a workflow is the source of a template engine, or
// gives nil. Its own expressions, ${{ x }}, do not make it one.
func templatedWorkflow(data []byte) *fixer.Skip {
	return templated(bytes.ReplaceAll(data, []byte("${{"), []byte("$((")))
}

// isUpdates knows where Renovate and Dependabot look for their configuration. They
// do so at the top of a repository; one that lies below the root is taken for what
// it is.
func isUpdates(p string) bool {
	dir, base := path.Split(p)
	switch base {
	case ".renovaterc", ".renovaterc.json", ".renovaterc.json5", ".renovaterc.jsonc":
		return true
	case "renovate.json", "renovate.json5", "renovate.jsonc":
		return true
	case "dependabot.yml", "dependabot.yaml":
		return path.Base(dir) == ".github"
	}
	return p == packageJSON
}

// readUpdates reads the configuration of a bot; nil when it is none.
func readUpdates(root *os.Root, c candidate, limit int64) *fixer.Source {
	src := &fixer.Source{Path: c.path, Kind: fixer.Updates, Skip: c.skip}
	if src.Skip == nil {
		src.Data, src.Skip = disk.Read(root, c.path, min(maxUpdates, limit))
	}
	if c.path == packageJSON && (src.Skip != nil || !bytes.Contains(src.Data, []byte(`"renovate"`))) {
		return nil
	}
	if src.Skip != nil {
		src.Data = nil // of one that is too large, its head
	}
	return src
}

// readPolicy reads a source policy; nil when it is none.
func readPolicy(root *os.Root, c candidate, limit int64) *fixer.Source {
	src := &fixer.Source{Path: c.path, Kind: fixer.Policy, Skip: c.skip}
	if src.Skip == nil {
		src.Data, src.Skip = disk.Read(root, c.path, min(maxUpdates, limit))
	}
	if src.Skip != nil {
		src.Data = nil
		return src
	}
	if !bytes.Contains(src.Data, []byte(`"rules"`)) || !bytes.Contains(src.Data, []byte(`"selector"`)) {
		return nil
	}
	return src
}
