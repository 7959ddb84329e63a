import { Injectable } from '@nestjs/common'

@Injectable()
export class CellarService {
  bottles(): number {
    return 365
  }
}
