package stack

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// buildpack are the packages of the image buildpack-deps, on which the full variants of
// node, python and ruby are made. Source: docker-library/buildpack-deps at 8330ca1 of 13
// November 2025, debian/trixie.
var buildpack = strings.Fields(`curl gnupg wget git mercurial openssh-client subversion procps autoconf automake bzip2 default-libmysqlclient-dev dpkg-dev file g++ gcc
	imagemagick libbz2-dev libc6-dev libcurl4-openssl-dev libdb-dev libevent-dev libffi-dev libgdbm-dev libglib2.0-dev libgmp-dev libjpeg-dev libkrb5-dev liblzma-dev
	libmagickcore-dev libmagickwand-dev libmaxminddb-dev libncurses5-dev libncursesw5-dev libpng-dev libpq-dev libreadline-dev libsqlite3-dev libssl-dev libtool libwebp-dev
	libxml2-dev libxslt-dev libyaml-dev make patch unzip xz-utils zlib1g-dev`)

// slimPackages are what slim variants have besides what every Debian has.
var slimPackages = strings.Fields("apt ca-certificates netbase tzdata libsqlite3-0 libssl3 libssl3t64 libffi8 libreadline8 libreadline8t64 libbz2-1.0 libexpat1 libdb5.3 libdb5.3t64")

// A sizedPackage is what counts of a package for its size.
type sizedPackage struct {
	kib     int
	depends []string
	always  bool // every Debian has it
}

func readSizes(t *testing.T, file string) map[string]*sizedPackage {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	out, provided := map[string]*sizedPackage{}, map[string][]string{}
	for block := range strings.SplitSeq(string(data), "\n\n") {
		p, name := &sizedPackage{}, ""
		for line := range strings.Lines(block) {
			key, value, ok := strings.Cut(strings.TrimSpace(line), ": ")
			if !ok || strings.HasPrefix(line, " ") {
				continue
			}
			switch key {
			case "Package":
				name = value
			case "Installed-Size":
				p.kib, _ = strconv.Atoi(value)
			case "Essential":
				p.always = p.always || value == "yes"
			case "Priority":
				p.always = p.always || value == "required"
			case "Depends", "Pre-Depends":
				for one := range strings.SplitSeq(value, ", ") {
					if m := dependency.FindStringSubmatch(one); m != nil {
						p.depends = append(p.depends, m[1])
					}
				}
			case "Provides":
				for one := range strings.SplitSeq(value, ", ") {
					if m := dependency.FindStringSubmatch(one); m != nil {
						provided[m[1]] = append(provided[m[1]], name)
					}
				}
			}
		}
		if name != "" {
			out[name] = p
		}
	}
	for name, by := range provided {
		if out[name] == nil {
			slices.Sort(by)
			out[name] = &sizedPackage{depends: by[:1]}
		}
	}
	return out
}

// add puts a package and all that it depends on into a set.
func add(index map[string]*sizedPackage, name string, set map[string]bool) {
	p := index[name]
	if p == nil || set[name] {
		return
	}
	set[name] = true
	for _, d := range p.depends {
		add(index, d, set)
	}
}

// TestSizes writes sizes.yaml where it is given the indexes; else it checks that what is
// there can be true.
func TestSizes(t *testing.T) {
	if *bookwormIndex == "" || *trixieIndex == "" {
		checkSizes(t)
		return
	}
	lists, err := loadPackages()
	if err != nil {
		t.Fatal(err)
	}
	debian := lists["debian"]
	names := append(slices.Clone(debian.Build), slices.Collect(maps.Keys(debian.Libraries))...)
	slices.Sort(names)
	sizes := map[string]map[string]int{}
	for release, file := range map[string]string{"bookworm": *bookwormIndex, "trixie": *trixieIndex} {
		index := readSizes(t, file)
		base := map[string]bool{}
		for name, p := range index {
			if p.always {
				add(index, name, base)
			}
		}
		for _, name := range slimPackages {
			add(index, name, base)
		}
		measure := func(key string, list ...string) {
			set := map[string]bool{}
			for _, name := range list {
				if index[name] == nil {
					return
				}
				add(index, name, set)
			}
			kib := 0
			for name := range set {
				if !base[name] {
					kib += index[name].kib
				}
			}
			if mb := kib * 1024 / 1000000; mb > 0 {
				if sizes[key] == nil {
					sizes[key] = map[string]int{}
				}
				sizes[key][release] = mb
			}
		}
		measure("buildpack-deps", buildpack...)
		for _, name := range names {
			measure(name, name)
		}
	}
	head, err := os.ReadFile("sizes.yaml")
	if err != nil {
		t.Fatal(err)
	}
	before, _, _ := strings.Cut(string(head), "\n\n")
	var b strings.Builder
	b.WriteString(before + "\n\n")
	for _, name := range slices.Sorted(maps.Keys(sizes)) {
		var parts []string
		for _, release := range slices.Sorted(maps.Keys(sizes[name])) {
			parts = append(parts, fmt.Sprintf("%s: %d", release, sizes[name][release]))
		}
		fmt.Fprintf(&b, "%s: {%s}\n", name, strings.Join(parts, ", "))
	}
	if err := os.WriteFile("sizes.yaml", []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

func checkSizes(t *testing.T) {
	sizes, err := loadSizes()
	if err != nil || len(sizes) < 100 {
		t.Fatalf("%d sizes: %v", len(sizes), err)
	}
	full := sizes["buildpack-deps"]
	if len(full) != 2 {
		t.Fatalf("buildpack-deps: %v", full)
	}
	for release, mb := range full {
		if gcc := sizes["g++"][release]; gcc < 50 || gcc > mb {
			t.Errorf("%s: g++ with %d MB, and all of buildpack-deps with %d MB", release, gcc, mb)
		}
	}
}
