Gem::Specification.new do |spec|
  spec.name = "tides"
  spec.version = "0.3.0"
  spec.summary = "Tides of a port"
  spec.authors = ["Harbour"]
  spec.files = ["lib/tides.rb"]
end
