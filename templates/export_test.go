package templates

// Validate is validate for tests, which ask it of many options.
func (o *Options) Validate() error { return o.validate() }
