package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/oakum-sec/oakum/fixer/project"
)

// registryFlags say whether image registries are asked, and how.
type registryFlags struct {
	lookup  project.Lookup
	online  bool // of scan
	mirrors []string
}

// addOnline adds the flags of a command that asks only where it is told to.
func (f *registryFlags) addOnline(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.online, "online", false, "ask image registries what tags point to")
	f.add(cmd)
}

// addOffline adds the flags of a command that asks.
func (f *registryFlags) addOffline(cmd *cobra.Command) {
	f.online = true
	cmd.Flags().BoolVar(&f.lookup.Registry.Offline, "offline", false, "ask no registry; use the answers that were kept (also: OAKUM_OFFLINE=1)")
	f.add(cmd)
}

func (f *registryFlags) add(cmd *cobra.Command) {
	r := &f.lookup.Registry
	cmd.Flags().BoolVar(&r.Refresh, "refresh", false, "ask again what was asked before")
	cmd.Flags().BoolVar(&f.lookup.Signatures, "signatures", false, "also ask which signatures, attestations and SBOMs the images have")
	cmd.Flags().BoolVar(&f.lookup.Checksums, "checksums", false, "also download the files that ADD takes from HTTPS servers, to write their checksums")
	cmd.Flags().IntVar(&f.lookup.MinAge, "min-age", 0, "pin only images that are at least this many `DAYS` old")
	cmd.Flags().StringArrayVar(&f.mirrors, "mirror", nil, "ask another registry in place of one: `HOST=MIRROR`")
	cmd.Flags().StringArrayVar(&r.PlainHTTP, "plain-http", nil, "ask this `HOST` without TLS")
	cmd.Flags().StringVar(&r.CAFile, "ca-file", "", "trust the certificates in this PEM `FILE`, too")
	cmd.Flags().StringVar(&r.Credentials, "registry-auth", "", "take credentials from this `FILE` only, in the form of Docker's config.json")
}

// settings returns what the flags and the environment say.
func (f *registryFlags) settings() (project.Lookup, error) {
	l := f.lookup
	l.Ask = f.online
	switch v := os.Getenv("OAKUM_OFFLINE"); v {
	case "", "0", "false":
	default:
		l.Registry.Offline = true
	}
	for flag, given := range map[string]bool{"checksums": l.Checksums, "signatures": l.Signatures, "refresh": l.Registry.Refresh, "min-age": l.MinAge > 0} {
		if given && !f.online {
			return l, errors.New("--" + flag + " needs --online: without it, no registry is asked and nothing is downloaded")
		}
	}
	if l.MinAge < 0 {
		return l, fmt.Errorf("--min-age: %d is not a number of days", l.MinAge)
	}
	mirrors, err := project.ParseMirrors(f.mirrors)
	if err != nil {
		return l, fmt.Errorf("--mirror: %w", err)
	}
	l.Registry.Mirrors = mirrors
	return l, nil
}
