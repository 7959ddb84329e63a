package stack

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
)

// A cargoFile is what counts here of a Cargo.toml.
type cargoFile struct {
	name    string   // of the package
	bins    []string // of [[bin]]
	members []string // of the workspace
	needs   []string // direct dependencies
}

// readCargo reads a Cargo.toml line by line, which is how people write it.
func readCargo(data []byte) cargoFile {
	var f cargoFile
	section, list := "", ""
	for line := range strings.Lines(string(data)) {
		line, _, _ = strings.Cut(strings.TrimSpace(line), " #")
		if strings.HasPrefix(line, "#") || line == "" {
			continue
		}
		if strings.HasPrefix(line, "[") && list == "" {
			section = strings.Trim(line, "[] ")
			if name, ok := strings.CutPrefix(section, "dependencies."); ok {
				f.needs = append(f.needs, name)
			}
			continue
		}
		key, value, _ := strings.Cut(line, "=")
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		if list != "" {
			key, value = list, line
		}
		switch {
		case section == "package" && key == "name":
			f.name = strings.Trim(value, `"'`)
		case section == "bin" && key == "name":
			f.bins = append(f.bins, strings.Trim(value, `"'`))
		case section == "workspace" && key == "members":
			list = "members"
			for _, m := range quotedText().FindAllStringSubmatch(value, -1) {
				f.members = append(f.members, m[1])
			}
			if strings.Contains(value, "]") {
				list = ""
			}
		case section == "dependencies" && list == "":
			f.needs = append(f.needs, key)
		}
	}
	return f
}

var quotedText = text.Regexp(`["']([^"']+)["']`)

// programs are the names of the programs that the package makes.
func (f cargoFile) programs() []string {
	if f.name == "" {
		return f.bins
	}
	return append(f.bins, f.name)
}

// rustLibraries are crates that load a library of the distribution, with the package
// that has it for development.
var rustLibraries = map[string]string{
	"openssl-sys": "libssl-dev", "pq-sys": "libpq-dev", "libz-sys": "zlib1g-dev", "curl-sys": "libcurl4-openssl-dev", "zmq-sys": "libzmq3-dev",
	"mysqlclient-sys": "default-libmysqlclient-dev", "libsqlite3-sys": "libsqlite3-dev",
}

// builtInCrates are crates whose name says that they bind a library, which they compile
// themselves, or that bind what every system has.
var builtInCrates = text.WordSet(`aws-lc-sys aws-lc-fips-sys bzip2-sys zstd-sys lz4-sys snappy-sys brotli-sys tikv-jemalloc-sys jemalloc-sys libmimalloc-sys linux-raw-sys inotify-sys
	onig_sys secp256k1-sys librocksdb-sys libgit2-sys libssh2-sys rdkafka-sys lzma-sys dirs-sys dirs-sys-next js-sys web-sys winapi core-foundation-sys security-framework-sys
	kqueue-sys fsevent-sys system-configuration-sys io-kit-sys core-graphics-sys objc-sys clang-sys libdeflate-sys mozjpeg-sys ndk-sys jni-sys oboe-sys libwebp-sys
	lmdb-sys lmdb-rkv-sys lmdb-master-sys mdbx-sys libduckdb-sys ittapi-sys libfuzzer-sys zlib-ng-sys libnghttp2-sys netlink-sys`)

// crates are those of the application: all that Cargo.lock lists, or the direct ones of
// Cargo.toml where it was not read.
func (a *App) crates() map[string]bool {
	names, bundled := map[string]bool{}, false
	for _, at := range a.find("Cargo.toml") {
		data := a.read(path.Join(a.Context.Dir, at))
		bundled = bundled || strings.Contains(string(data), "bundled")
		for _, name := range readCargo(data).needs {
			names[name] = true
			if via := bindings[name]; via != "" {
				names[via] = true
			}
		}
	}
	if m, ok := a.Manifest("Cargo.lock"); ok {
		names = map[string]bool{}
		for _, found := range lockedCrate().FindAllStringSubmatch(string(m.Data), -1) {
			names[found[1]] = true
		}
	}
	if bundled || names["sqlx-sqlite"] {
		delete(names, "libsqlite3-sys")
	}
	return names
}

// bindings are crates that need another one, which binds a library.
var bindings = map[string]string{"openssl": "openssl-sys", "native-tls": "openssl-sys", "reqwest": "openssl-sys", "diesel": "pq-sys", "curl": "curl-sys", "zmq": "zmq-sys", "rusqlite": "libsqlite3-sys"}

var lockedCrate = text.Regexp(`(?m)^name = "([\w.-]+)"\r?$`)

// unknownCrate is a crate that binds a library of which it is not known what has it; ""
// for none.
func unknownCrate(names map[string]bool) string {
	var found []string
	for name := range names {
		if strings.HasSuffix(name, "-sys") && !builtInCrates[name] && rustLibraries[name] == "" && !strings.HasPrefix(name, "windows") && !strings.HasPrefix(name, "objc2-") && !strings.HasPrefix(name, "mac") {
			found = append(found, name)
		}
	}
	slices.Sort(found)
	if len(found) == 0 {
		return ""
	}
	return found[0]
}

func staticMusl() Runtime {
	r := distrolessStatic()
	r.Why = "the binary is linked statically against musl"
	return r
}

// rustRuntimes fills in the images that a program of a build runs on.
func rustRuntimes(a *App, r *Recipe, b rustBinary) error {
	if b.static {
		r.Runtimes = append(r.Runtimes, staticMusl())
	}
	if a.Base.Distribution == image.Alpine {
		r.Runtimes = append(r.Runtimes, alpineOf(a))
		if b.static {
			r.Runtimes = append(r.Runtimes, scratch(a, staticMusl()))
			return nil
		}
		r.Runtimes[0].Packages = append(r.Runtimes[0].Packages, "libgcc")
		return nil
	}
	if b.static {
		if a.Base.Codename != "" {
			r.Runtimes = append(r.Runtimes, debianSlim(a))
		}
		r.Runtimes = append(r.Runtimes, scratch(a, staticMusl()))
		return nil
	}
	names := a.crates()
	slim := slices.Contains(a.Ref.Words(), "slim")
	for crate, dev := range rustLibraries {
		if slim && !a.installs(dev) {
			delete(names, crate) // a library that is not there is compiled by its crate
		}
	}
	if unknown := unknownCrate(names); unknown != "" && !slim {
		return Refuse(UnknownPackage, a.StartsIn, "Build on the slim variant of the image and install what the crates need, so that the file names it", "the crate %s binds a library of the system, and oakum does not know which package has it",
			text.VisibleLine(unknown))
	}
	if a.Base.Codename == "" {
		if err := debianAssumed(a, r, names); err != nil {
			return err
		}
	}
	on := debianSlim(a)
	on.Packages = append(on.Packages, a.nativeLibraries(rustLibraries, names)...)
	beyond := false // what cc has
	for crate := range rustLibraries {
		beyond = beyond || names[crate] && crate != "openssl-sys"
	}
	if a.Base.Codename == "trixie" && !beyond {
		r.Runtimes = append(r.Runtimes, Runtime{ID: "distroless-cc", Image: "gcr.io/distroless/cc-debian13:nonroot", User: nonroot, Same: true, Has: []string{"libssl3t64"},
			Why: "it has the C library, libgcc and OpenSSL of Debian 13"})
	}
	r.Runtimes = append(r.Runtimes, on)
	return nil
}

// debianAssumed takes Debian 13 for a base whose tag names no release: its libraries
// serve what is built on this release and on Debian 12, as far as they are those that
// both have.
func debianAssumed(a *App, r *Recipe, names map[string]bool) error {
	v := a.Ref.Version()
	refusal := Refuse(NoRuntime, a.Stage.From, "Name the release of Debian in the tag, such as rust:1-trixie", "the tag %s does not name the release of Debian whose libraries the binary needs", text.VisibleLine(a.Ref.Familiar()))
	if len(v) > 1 && v[0] == 1 && v[1] < 71 { // Debian 11, with another OpenSSL
		if names["openssl-sys"] || a.installs("libssl-dev") {
			return refusal
		}
	}
	a.Base.Codename = "trixie"
	shared := slices.Collect(maps.Values(rustLibraries))
	unknown := false
	a.Commands(func(_ build.Step, c build.Command) {
		if c.Package == nil || !c.Package.Installs() {
			return
		}
		for _, p := range c.Package.Packages {
			name := build.PackageName(p)
			unknown = unknown || strings.HasSuffix(name, "-dev") && len(FateOf(a.Base, name).Run) > 0 && !slices.Contains(shared, name)
		}
	})
	if unknown {
		return refusal
	}
	r.Assumes = append(r.Assumes, "the image "+text.VisibleLine(a.Ref.Familiar())+" is built on Debian 13 or 12")
	return nil
}

// memberAssets are directories of usual names (templates, static, migrations) in members
// of a workspace, which a program finds by the path of its sources (CARGO_MANIFEST_DIR).
func memberAssets(a *App) []string {
	var out []string
	for _, src := range a.Sources() {
		for n := range a.Context.Tree.Below(a.Context.Join(src)) {
			rel, ok := a.Context.Rel(n.Path)
			if !ok || path.Base(rel) != "Cargo.toml" || path.Dir(rel) == path.Clean(src) || !a.Context.Sends(rel) {
				continue
			}
			at := a.imagePath(path.Dir(rel))
			for _, name := range a.assetsIn(path.Dir(rel)) {
				if assetDirs[name] && at != "" {
					out = appendOnce(out, path.Join(at, name))
				}
			}
		}
	}
	return out
}
