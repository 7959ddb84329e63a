package image

import "slices"

// A Distribution is what an image's user space is made of.
type Distribution string

// The distributions known; the zero value means it is not known.
const (
	Debian      Distribution = "debian"
	Ubuntu      Distribution = "ubuntu"
	Alpine      Distribution = "alpine"
	UBI         Distribution = "ubi" // Red Hat's freely distributable base
	OracleLinux Distribution = "oraclelinux"
	AmazonLinux Distribution = "amazonlinux"
	CentOS      Distribution = "centos"
	Fedora      Distribution = "fedora"
	RockyLinux  Distribution = "rockylinux"
	AlmaLinux   Distribution = "almalinux"
	OpenSUSE    Distribution = "opensuse"
	AzureLinux  Distribution = "azurelinux"
	Mariner     Distribution = "mariner"
	Wolfi       Distribution = "wolfi"
	Distroless  Distribution = "distroless" // gcr.io/distroless: packages of Debian without Debian's tools
	Hardened    Distribution = "dhi"        // dhi.io: packages of Debian or Alpine without their tools
	BusyBox     Distribution = "busybox"
	Scratch     Distribution = "scratch"
	Windows     Distribution = "windows"
)

// A Manager is a package manager.
type Manager string

// The package managers; the zero value means it is not known.
const (
	Apt        Manager = "apt"
	Apk        Manager = "apk"
	Dnf        Manager = "dnf"
	Microdnf   Manager = "microdnf"
	Yum        Manager = "yum"
	Tdnf       Manager = "tdnf"
	Zypper     Manager = "zypper"
	NoPackages Manager = "none"
)

// A Shell is what runs the shell form of instructions: /bin/sh, or on Windows
// cmd.
type Shell string

// The shells; the zero value means it is not known.
const (
	Dash         Shell = "dash"
	Bash         Shell = "bash"
	BusyBoxShell Shell = "busybox"
	PowerShell   Shell = "powershell"
	Cmd          Shell = "cmd"
	NoShell      Shell = "none"
)

// A Libc is the C library programs are linked against.
type Libc string

// The C libraries; the zero value means it is not known.
const (
	Glibc  Libc = "glibc"
	Musl   Libc = "musl"
	Uclibc Libc = "uclibc"
	NoLibc Libc = "none"
)

// A Base is what is known of an image as a base image.
type Base struct {
	Image        string // the name that was looked up, in short form and without digest
	Distribution Distribution
	Release      string // of the distribution: "12", "3.20", "24.04"; "" when the tag does not name it
	Codename     string // "bookworm", "noble"; "" when there is none
	Packages     Manager
	Shell        Shell
	Libc         Libc

	// Default is what the image starts as; both Known flags are unset when that
	// is not known.
	Default Identity
	// Accounts are non-root accounts known to exist. An account that is missing
	// here may exist all the same.
	Accounts []Account
	// Entrypoint is the image's ENTRYPOINT: nil when not known, empty when known
	// to be unset.
	Entrypoint []string

	// Provenance holds the sources of each field.
	Provenance map[BaseField][]Source

	tools             map[string]bool // known to be present or absent
	distributionTools map[string]bool // the same for the distribution alone
	version           string          // of the distribution, as the name has it: "12.5", "3"
}

// An Account is a user that exists in an image.
type Account struct {
	Name string `json:"name"`
	UID  int    `json:"uid"`
	GID  int    `json:"gid"`
}

// A BaseField names a fact of a [Base].
type BaseField string

// The fields of a base that have provenance.
const (
	BaseDistribution BaseField = "distribution"
	BasePackages     BaseField = "packages"
	BaseShell        BaseField = "shell"
	BaseLibc         BaseField = "libc"
	BaseTools        BaseField = "tools"
	BaseAccounts     BaseField = "accounts"
	BaseDefault      BaseField = "default"
	BaseEntrypoint   BaseField = "entrypoint"
)

// BaseFields lists every field of a base that has provenance.
func BaseFields() []BaseField {
	return []BaseField{
		BaseDistribution, BasePackages, BaseShell, BaseLibc, BaseTools,
		BaseAccounts, BaseDefault, BaseEntrypoint,
	}
}

// A Presence answers whether an image has a tool.
type Presence string

// The answers; never take NotKnown for either of the others.
const (
	Present  Presence = "present"
	Absent   Presence = "absent"
	NotKnown Presence = "unknown"
)

// Has reports whether a program (bash, curl, wget, …) is in the image.
func (b Base) Has(tool string) Presence {
	switch has, known := b.tools[tool]; {
	case !known:
		return NotKnown
	case has:
		return Present
	}
	return Absent
}

// Derived is what is known of an image that is made from the base by a build
// which is read elsewhere: what it has it keeps, what it lacks may have been
// added. user is whom the new image starts as, accounts are those that the build
// creates.
func (b Base) Derived(user Identity, accounts ...Identity) Base {
	b.Default, b.Entrypoint = user, nil
	tools := map[string]bool{}
	for tool, has := range b.tools {
		if has {
			tools[tool] = true
		}
	}
	b.tools = tools
	if b.Shell == NoShell {
		b.Shell = ""
	}
	if b.Packages == NoPackages {
		b.Packages = ""
	}
	b.Accounts = slices.Clone(b.Accounts)
	for _, id := range accounts {
		if id.Name != "" && id.KnownUID && id.KnownGID {
			b.Accounts = append(b.Accounts, Account{Name: id.Name, UID: id.UID, GID: id.GID})
		}
	}
	return b
}

// Account finds a known account by name.
func (b Base) Account(name string) (Account, bool) {
	i := slices.IndexFunc(b.Accounts, func(a Account) bool { return a.Name == name })
	if i < 0 {
		return Account{}, false
	}
	return b.Accounts[i], true
}

// Verified reports whether everything the base holds in the field was read in a
// source or tested; see [Entry.Verified].
func (b Base) Verified(f BaseField) bool { return verified(b.Provenance[f]) }
