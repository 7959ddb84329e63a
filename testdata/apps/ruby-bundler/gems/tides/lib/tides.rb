module Tides
  def self.at(hour)
    (hour / 6).even? ? "flood" : "ebb"
  end
end
