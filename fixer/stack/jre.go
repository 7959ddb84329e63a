package stack

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
)

// javaVendors are words of tags that name other builds of Java, which have options and
// images of their own.
var javaVendors = []string{"semeru", "ibmjava", "ibm", "sapmachine", "graal", "graalvm", "zulu", "azulzulu", "liberica", "microsoft", "jre"}

// javaVersion is the release of Java that the tag of the base names; 0 where it names
// none.
func javaVersion(ref image.Reference) int {
	words := ref.Words()
	switch ref.Repository {
	case "library/maven": // 3.9-eclipse-temurin-21-noble
		for k, w := range words[:max(len(words)-1, 0)] {
			if slices.Contains([]string{"temurin", "openjdk", "jdk", "amazoncorretto", "corretto"}, w) {
				return number(words[k+1])
			}
		}
		return 0
	case "library/gradle": // 8-jdk21
		for _, w := range append(words, strings.Split(strings.ToLower(ref.Tag), "-")[0]) {
			if v, ok := strings.CutPrefix(w, "jdk"); ok && number(v) > 0 {
				return number(v)
			}
		}
		return 0
	}
	if v := ref.Version(); len(v) > 0 {
		return v[0]
	}
	return 0
}

// number is the number that a text begins with; 0 for none.
func number(s string) int {
	n, _ := strconv.Atoi(s[:len(s)-len(strings.TrimLeft(s, "0123456789"))])
	return n
}

// minimalJava are the releases that have a minimal image.
var minimalJava = []int{17, 21, 25}

// javaRuntimes are the images that have the release of Java of the build and nothing to
// compile with.
func javaRuntimes(a *App) ([]Runtime, error) {
	words := a.Ref.Words()
	for _, w := range words {
		if slices.Contains(javaVendors, w) {
			return nil, Refuse(NoRuntime, a.Stage.From, "Build with Eclipse Temurin, whose images oakum knows, or write the second stage by hand", "no smaller image is known for %s", text.VisibleLine(a.Ref.Familiar()))
		}
	}
	version := javaVersion(a.Ref)
	if version == 0 {
		return nil, Refuse(NoRuntime, a.Stage.From, "Use a tag that names the release of Java, such as maven:3.9-eclipse-temurin-21", "the tag %s does not name the release of Java", text.VisibleLine(a.Ref.Familiar()))
	}
	name := fmt.Sprintf("eclipse-temurin:%d-jre", version)
	if a.ended(name) || slices.Contains(words, "ea") {
		return nil, Refuse(NoRuntime, a.Stage.From, "Build with a release that has long-term support: 25, 21 or 17", "no supported image runs Java %d", version)
	}
	why := fmt.Sprintf("it runs Java %d, the release of the build, without a compiler", version)
	if a.Base.Distribution == image.Alpine {
		return []Runtime{{ID: "jre-alpine", Image: name + "-alpine", Shell: true, Same: true, Why: why + ", on Alpine Linux as the build"}}, nil
	}
	var out []Runtime
	if slices.Contains(minimalJava, version) {
		out = append(out, Runtime{ID: "distroless-java", Image: fmt.Sprintf("gcr.io/distroless/java%d-debian13:nonroot", version), User: nonroot, Why: why + " and without a shell"})
	}
	jre := Runtime{ID: "jre", Image: name, Shell: true, Why: why}
	temurin := a.Ref.Repository == "library/eclipse-temurin" || slices.Contains(words, "temurin")
	switch {
	case temurin && a.Base.Codename != "":
		jre.Image += "-" + a.Base.Codename
		jre.Same = true
	case temurin && a.Base.Distribution == image.Ubuntu:
		jre.Same = true
	}
	for _, w := range words {
		if strings.HasPrefix(w, "ubi") {
			return nil, Refuse(NoRuntime, a.Stage.From, "Build on Ubuntu or Alpine Linux", "no smaller image is known for %s", text.VisibleLine(a.Ref.Familiar()))
		}
	}
	return append(out, jre), nil
}

// ended reports whether an image is of a release that gets no updates any more, or that
// is not known.
func (a *App) ended(name string) bool {
	list := a.pass.Facts.Named(name).Lifecycles
	return len(list) == 0 || slices.ContainsFunc(list, func(l image.Lifecycle) bool { return l.Ended(image.Day) })
}
