import { Module } from '@nestjs/common'
import { AppController } from './app.controller'
import { CellarService } from './cellar.service'

@Module({ controllers: [AppController], providers: [CellarService] })
export class AppModule {}
