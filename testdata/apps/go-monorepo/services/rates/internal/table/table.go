// Package table holds the rates.
package table

import (
	_ "embed"

	"go.yaml.in/yaml/v3"
)

//go:embed rates.yaml
var rates []byte

// Read returns the rates by currency.
func Read() (map[string]string, error) {
	var out map[string]string
	return out, yaml.Unmarshal(rates, &out)
}
