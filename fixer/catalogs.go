package fixer

import (
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"
)

// Benchmarks, standards and lists of weaknesses.
var (
	CISDocker     = &Catalog{Name: "CIS Docker", edition: "v1.6.0", form: ids(`[1-7]\.\d{1,2}`), common: true}
	CISKubernetes = &Catalog{Name: "CIS Kubernetes", form: ids(`[1-5]\.\d{1,2}(\.\d{1,2})?`), common: true}
	NSA           = &Catalog{Name: "NSA/CISA Kubernetes Hardening Guidance", form: prose, common: true,
		page: onePage("https://media.defense.gov/2022/Aug/29/2003066362/-1/-1/0/CTR_KUBERNETES_HARDENING_GUIDANCE_1.2_20220829.PDF")}
	PodSecurityStandards = &Catalog{Name: "Pod Security Standards", form: ids(`(baseline|restricted)(: .+)?`), common: true,
		page: onePage("https://kubernetes.io/docs/concepts/security/pod-security-standards/")}
	OWASPDocker = &Catalog{Name: "OWASP Docker Security Cheat Sheet", form: ids(`rule \d+`), common: true,
		page: onePage("https://cheatsheetseries.owasp.org/cheatsheets/Docker_Security_Cheat_Sheet.html")}
	OWASPNodeDocker = &Catalog{Name: "OWASP NodeJS Docker Cheat Sheet", form: ids(`\d+`), common: true,
		page: onePage("https://cheatsheetseries.owasp.org/cheatsheets/NodeJS_Docker_Cheat_Sheet.html")}
	OWASPNPM = &Catalog{Name: "OWASP NPM Security Cheat Sheet", form: ids(`\d+`), common: true,
		page: onePage("https://cheatsheetseries.owasp.org/cheatsheets/NPM_Security_Cheat_Sheet.html")}
	OWASPKubernetes = &Catalog{Name: "OWASP Kubernetes Top Ten", form: ids(`K\d\d`), page: onePage("https://owasp.org/www-project-kubernetes-top-ten/")}
	MITRE           = &Catalog{Name: "MITRE ATT&CK", edition: "v18", form: ids(`T\d{4}(\.\d{3})?`), page: func(id string) string {
		return "https://attack.mitre.org/techniques/" + strings.Replace(id, ".", "/", 1) + "/"
	}}
	CVE = &Catalog{Name: "CVE", form: ids(`CVE-\d{4}-\d{4,}`), page: pageOf("https://nvd.nist.gov/vuln/detail/%s")}
	CWE = &Catalog{Name: "CWE", form: ids(`CWE-\d+`), page: func(id string) string {
		return "https://cwe.mitre.org/data/definitions/" + strings.TrimPrefix(id, "CWE-") + ".html"
	}}
	Scorecard = &Catalog{Name: "OpenSSF Scorecard", form: words, page: pageOfLower("https://github.com/ossf/scorecard/blob/main/docs/checks.md#%s")}
)

// Tools that check the same files.
var (
	BuildKit         = &Catalog{Name: "BuildKit", form: ids(`[A-Z][A-Za-z]+`), page: buildCheck}
	Checkov          = &Catalog{Name: "Checkov", form: ids(`CKV2?_(DOCKER|K8S)_\d+`), page: checkovIndex}
	ComposeLint      = &Catalog{Name: "compose-lint", form: ids(`CL-\d{4}`)}
	DCLint           = &Catalog{Name: "dclint", form: words}
	DockerfileDoctor = &Catalog{Name: "dockerfile-doctor", form: ids(`DD\d{3}`)}
	Dockle           = &Catalog{Name: "Dockle", form: ids(`(CIS|DKL)-(DI|LI)-\d{4}`), page: pageOf("https://github.com/goodwithtech/dockle/blob/master/CHECKPOINT.md#%s")}
	Hadolint         = &Catalog{Name: "hadolint", form: ids(`DL\d{4}`), page: pageOf("https://github.com/hadolint/hadolint/wiki/%s")}
	Gatekeeper       = &Catalog{Name: "Gatekeeper", form: words, page: pageOf("https://open-policy-agent.github.io/gatekeeper-library/website/validation/%s")}
	KICSCICD         = kics("cicd")
	KICSCommon       = kics("common")
	KICSCompose      = kics("dockercompose")
	KICSDockerfile   = kics("dockerfile")
	KICSKubernetes   = kics("kubernetes")
	KubeLinter       = &Catalog{Name: "KubeLinter", form: words, page: pageOf("https://docs.kubelinter.io/#/generated/checks?id=%s")}
	KubeScore        = &Catalog{Name: "kube-score", form: words, page: onePage("https://github.com/zegl/kube-score/blob/master/README_CHECKS.md")}
	Kubescape        = &Catalog{Name: "Kubescape", form: ids(`C-\d{4}`), page: pageOfLower("https://hub.armosec.io/docs/%s"), spell: kubescapeID}
	Kubesec          = &Catalog{Name: "Kubesec", form: ids(`[A-Z][A-Za-z]+`)}
	Kyverno          = &Catalog{Name: "Kyverno", form: words}
	Monokle          = &Catalog{Name: "Monokle", form: ids(`(KBP|PSS)\d{3}`)}
	Polaris          = &Catalog{Name: "Polaris", form: ids(`[a-z][A-Za-z]+`)}
	Semgrep          = &Catalog{Name: "Semgrep", form: words, page: func(id string) string { return "https://semgrep.dev/r/yaml.docker-compose.security." + id + "." + id }}
	Tally            = &Catalog{Name: "tally", form: ids(`([a-z]+/)?[a-z-]+`)}
	Trivy            = &Catalog{Name: "Trivy", form: ids(`(DS|KSV)-\d{4,5}`), page: pageOfLower("https://avd.aquasec.com/misconfig/%s"), spell: trivyID}
	Zizmor           = &Catalog{Name: "zizmor", form: words, page: pageOf("https://docs.zizmor.sh/audits/#%s")}
)

// Documentation. Its ids are the names of what a page is about, and most have
// an address of their own.
var (
	DockerDocs     = &Catalog{Name: "Docker", form: prose, common: true}
	KubernetesDocs = &Catalog{Name: "Kubernetes", form: prose, common: true}
	KEP            = &Catalog{Name: "Kubernetes", form: ids(`KEP-\d+`), page: func(id string) string { return "https://kep.k8s.io/" + strings.TrimPrefix(id, "KEP-") }}
	GitHub         = &Catalog{Name: "GitHub", form: ids(`[\w.-]+/[\w.-]+#\d+`), page: func(id string) string {
		return "https://github.com/" + strings.Replace(id, "#", "/issues/", 1)
	}}
	Web = &Catalog{Name: "Web", form: prose, common: true}
)

var (
	words = ids(`[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*`)
	prose = ids(`[^,]+`)
)

func ids(pattern string) func() *text.Pattern { return text.Regexp(`^(?:` + pattern + `)$`) }

// kics is the part of KICS's queries for one platform. Each platform has its
// pages in a directory of its own.
func kics(platform string) *Catalog {
	return &Catalog{Name: "KICS", form: ids(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`), page: pageOf("https://docs.kics.io/latest/queries/" + platform + "-queries/%s")}
}

// onePage is one page for all ids.
func onePage(url string) func(string) string { return func(string) string { return url } }

// pageOf puts the id into an address, pageOfLower the id in lower case.
func pageOf(url string) func(string) string {
	return func(id string) string { return strings.Replace(url, "%s", id, 1) }
}

func pageOfLower(url string) func(string) string {
	return func(id string) string { return strings.Replace(url, "%s", strings.ToLower(id), 1) }
}

// buildCheck turns SecretsUsedInArgOrEnv into the address of its page. A capital
// begins a word after a small letter, and as the last of several: JSON-Args.
func buildCheck(id string) string {
	var b strings.Builder
	upper := func(i int) bool { return i < len(id) && id[i] >= 'A' && id[i] <= 'Z' }
	for i := range len(id) {
		if i > 0 && upper(i) && (!upper(i-1) || i+1 < len(id) && !upper(i+1)) {
			b.WriteByte('-')
		}
		b.WriteByte(id[i])
	}
	return "https://docs.docker.com/reference/build-checks/" + strings.ToLower(b.String()) + "/"
}

func checkovIndex(id string) string {
	if strings.Contains(id, "DOCKER") {
		return "https://www.checkov.io/5.Policy%20Index/dockerfile.html"
	}
	return "https://www.checkov.io/5.Policy%20Index/kubernetes.html"
}

// kubescapeID brings C0016 to the form C-0016.
func kubescapeID(lower string) string {
	if rest, ok := strings.CutPrefix(lower, "c0"); ok {
		return "c-0" + rest
	}
	return lower
}

// trivyID brings DS002, AVD-DS-0002 and DS-0002 to one form, which is how
// Trivy's versions have written them.
func trivyID(lower string) string {
	m := trivyForm().FindStringSubmatch(lower)
	if m == nil {
		return lower
	}
	n, err := strconv.Atoi(m[2])
	if err != nil {
		return lower
	}
	return m[1] + "-" + strconv.Itoa(n)
}

var trivyForm = text.Regexp(`^(?:avd-)?(ds|ksv)-?(\d+)$`)
