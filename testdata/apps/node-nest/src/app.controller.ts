import { Controller, Get } from '@nestjs/common'
import { CellarService } from './cellar.service'

@Controller()
export class AppController {
  constructor(private readonly cellar: CellarService) {}

  @Get()
  bottles(): string {
    return `bottles: ${this.cellar.bottles()}`
  }
}
