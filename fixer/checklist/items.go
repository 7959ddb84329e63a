package checklist

import "github.com/oakum-sec/oakum/fixer"

// An Item is one line of the checklist.
type Item struct {
	Section string
	Text    string // what holds where nothing is found, a sentence without full stop

	// Rules are those whose findings say that it does not hold, by what follows the slash
	// of their names: "writable-root" is about Compose files and manifests.
	Rules []string

	// Kinds are the files that it is about. Where there are none it cannot be answered.
	Kinds []fixer.Kind

	// Shows reports whether a file shows that it holds; nil where no file can.
	Shows func(*fixer.File) bool

	// Shown says that only a file can show that it holds: that nothing is found is no proof.
	Shown bool

	// Policy says that its rules look for nothing until a person says what is allowed.
	Policy bool

	// Advice says what to do about what is not seen, a sentence without full stop.
	Advice string
}

var (
	images    = []fixer.Kind{fixer.Dockerfile}
	running   = []fixer.Kind{fixer.Compose, fixer.Kubernetes}
	cluster   = []fixer.Kind{fixer.Kubernetes}
	container = []fixer.Kind{fixer.Dockerfile, fixer.Compose, fixer.Kubernetes}
	all       = []fixer.Kind{fixer.Dockerfile, fixer.Compose, fixer.Kubernetes, fixer.Workflow}
)

// other is the text of the item for what none of them names.
const other = "The other checks of oakum have no findings"

// items are the checklist.
var items = []Item{
	{Section: "Image", Text: "Containers run as a user that is not root", Kinds: container,
		Rules: []string{"runs-as-root", "run-as-non-root", "non-numeric-user", "uid-mismatch", "supplementary-groups-dropped", "sudo", "setuid-binary", "world-writable", "privileged-port", "copy-after-user", "login-enabled", "useradd-no-log-init"}},
	{Section: "Image", Text: "What builds the application stays out of the image that runs", Kinds: images,
		Rules: []string{"single-stage", "build-tools", "full-base", "dev-dependencies", "debug-tools", "recommended-packages", "package-cache", "package-lists-kept"}},
	{Section: "Image", Text: "The build is sent no secrets, and nothing that it does not need", Kinds: images,
		Rules: []string{"dockerignore", "sensitive-copy", "copy-whole-filesystem"}},
	{Section: "Image", Text: "It is visible whether the application works", Kinds: container, Shows: checksHealth, Shown: true,
		Rules:  []string{"no-healthcheck", "healthcheck-command-missing", "probes-missing", "probe-target-missing", "probe-host"},
		Advice: "Add a HEALTHCHECK to the image, or probes to the manifest"},
	{Section: "Runtime", Text: "No container is privileged, and none can become so", Kinds: running,
		Rules: []string{"privileged", "privilege-escalation", "no-new-privileges", "insecure-run", "windows-host-process", "build-privileges", "hook-privileges"}},
	{Section: "Runtime", Text: "Containers have the capabilities that they need, and no more", Kinds: running,
		Rules: []string{"capabilities", "added-capabilities"}},
	{Section: "Runtime", Text: "Root filesystems are read-only", Kinds: running,
		Rules: []string{"writable-root", "no-empty-dir-limit", "tmpfs-options"}},
	{Section: "Runtime", Text: "System calls and processes are confined", Kinds: running,
		Rules: []string{"seccomp", "apparmor", "selinux-options", "profile-annotations", "proc-mount", "unsafe-sysctls", "security-profile"}},
	{Section: "Runtime", Text: "No container is given the socket of its container engine", Kinds: running,
		Rules: []string{"docker-socket", "container-socket"}},
	{Section: "Runtime", Text: "No directory, port, device or namespace of the host is handed to a container", Kinds: running,
		Rules: []string{"host-namespaces", "host-path", "writable-host-path", "host-ports", "mount-propagation", "inline-volume", "host-devices", "writable-config", "volumes-from"}},
	{Section: "Runtime", Text: "Memory, CPU and processes are limited", Kinds: running,
		Rules: []string{"no-memory-limit", "no-cpu-request", "no-pids-limit"}},
	{Section: "Runtime", Text: "Namespaces enforce a Pod Security level, and pods meet it", Kinds: cluster, Shows: enforces, Shown: true,
		Rules:  []string{"pod-security", "pod-security-labels", "default-namespace", "system-namespace"},
		Advice: "No Namespace with a level is among the files: label it with pod-security.kubernetes.io/enforce"},
	{Section: "Runtime", Text: "The application survives that a pod or a node goes", Kinds: cluster, Shows: has("PodDisruptionBudget"), Shown: true,
		Rules:  []string{"disruption-budget", "stop-signal"},
		Advice: "Run several replicas, and add a PodDisruptionBudget"},
	{Section: "Network", Text: "Only what has to be reached from outside is exposed, with TLS", Kinds: running,
		Rules: []string{"service-exposure", "external-ips", "ingress-tls", "ingress-snippets", "ssh-server", "kubernetes-dashboard", "published-port", "debug-service"}},
	{Section: "Network", Text: "Policies say which pods may connect", Kinds: cluster, Shows: has("NetworkPolicy", "CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy", "GlobalNetworkPolicy"),
		Rules:  []string{"no-network-policy", "no-egress-policy"},
		Advice: "Deny every connection with a NetworkPolicy, and allow what is needed"},
	{Section: "Network", Text: "Databases are in networks of their clients alone", Kinds: []fixer.Kind{fixer.Compose},
		Rules: []string{"flat-network"}, Advice: "The files do not show who connects: put each database into a network with its clients alone"},
	{Section: "Secrets", Text: "No variable of an image, a service or a pod has a secret", Kinds: container,
		Rules: []string{"secret-in-env", "default-password", "secret-in-image"}},
	{Section: "Secrets", Text: "No secret is in the history of an image", Kinds: images,
		Rules: []string{"secret-in-run", "build-secret"}},
	{Section: "Secrets", Text: "No manifest and no environment file in git has a secret", Kinds: running,
		Rules: []string{"secret-in-git", "secret-in-config-map", "committed-env-file"}},
	{Section: "Secrets", Text: "No setting turns off the password of a database or a console", Kinds: running,
		Rules: []string{"no-password"}},
	{Section: "Secrets", Text: "Pods get no service account token that they do not use, and service accounts have few permissions", Kinds: cluster,
		Rules: []string{"service-account-token", "default-service-account", "deprecated-service-account-field", "rbac-anonymous", "rbac-cluster-admin", "rbac-create-pods", "rbac-default-service-account", "rbac-escalation", "rbac-exec", "rbac-secrets", "rbac-tampering", "rbac-wildcard"}},
	{Section: "Secrets", Text: "Secrets are rotated, and reading them is audited", Kinds: all,
		Advice: "No file says so: ask who keeps the secrets"},
	{Section: "Supply chain", Text: "No image has a tag that is made to move, such as latest", Kinds: all,
		Rules: []string{"mutable-tag"}},
	{Section: "Supply chain", Text: "Images and actions are pinned, and a bot keeps the pins fresh", Kinds: all,
		Rules: []string{"unpinned-image", "unpinned-action", "pins-without-updates", "stale-digest", "digest-gone", "platform-digest", "frozen-argument"}},
	{Section: "Supply chain", Text: "Images still receive security updates", Kinds: all,
		Rules: []string{"end-of-life-image"}},
	{Section: "Supply chain", Text: "Images come from the registries that you allow", Kinds: all, Policy: true,
		Rules: []string{"registry-not-allowed", "legacy-registry"}, Advice: "Say which those are, with --allow-registry HOST"},
	{Section: "Supply chain", Text: "What is downloaded in a build is verified", Kinds: images,
		Rules: []string{"unverified-download", "pipe-to-shell", "tls-disabled", "npm-install", "package-upgrade", "add-instead-of-copy"}},
	{Section: "Supply chain", Text: "The pipeline scans images for vulnerabilities", Kinds: all, Shows: scansImages,
		Advice: "Scan the image in the pipeline, in a job without secrets"},
	{Section: "Supply chain", Text: "The pipeline signs images", Kinds: all, Shows: signsImages,
		Advice: "Sign the digest of the image with cosign and the identity of the pipeline"},
	{Section: "Supply chain", Text: "The cluster refuses images that nobody signed or allowed", Kinds: cluster, Shows: admitsImages,
		Advice: "Add a policy of admission, such as oakum new --admission writes"},
	{Section: "Everything else", Text: other, Kinds: all,
		Rules: []string{"assume-yes", "bin-sh-relinked", "buildkit-check", "deprecated-api", "duplicate-container-name", "duplicate-env", "duplicate-instruction", "image-versions", "links", "logging-off", "missing-command", "missing-pipefail", "obsolete-version", "port-mismatch", "relative-workdir", "run-without-shell", "shell-form", "source-label", "system-workdir", "unbounded-logs", "unquoted-port", "update-alone", "volume-owner"}},
}
